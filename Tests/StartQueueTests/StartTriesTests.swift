// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import StartQueue
import StructuredLog
import Testing

@Suite("Tries to start a job")
struct StartTriesTests {
    /// The time of an invocation at its beginning.
    private static let full: Duration = .seconds(60)

    private static func answer(_ status: Int, _ code: String) -> AWSServiceError {
        AWSServiceError(
            service: "medical-imaging", operation: "StartDICOMImportJob", statusCode: status, code: code, message: "m")
    }

    private struct Unheard: Error {}

    @Test(
        "The answer of HealthImaging decides whether to wait, to try again or to give up",
        arguments: [
            (answer(429, "ThrottlingException"), .throttled),
            (answer(402, "ServiceQuotaExceededException"), .quotaReached),
            (answer(409, "ConflictException"), .broken),
            (answer(500, "InternalServerException"), .broken),
            (answer(503, "ServiceUnavailable"), .broken),
            (HTTPError.transferFailed(code: 28, reason: "time-out"), .broken),
            (Unheard(), .broken),
            (answer(400, "ValidationException"), .final),
            (answer(403, "AccessDeniedException"), .final),
            // Errors of DynamoDB.
            (answer(400, "ProvisionedThroughputExceededException"), .throttled),
        ] as [(any Error, StartRefusal)])
    func refusal(_ error: any Error, _ expected: StartRefusal) {
        #expect(StartRefusal(error) == expected)
    }

    @Test(
        "While the service is busy, a start waits in place until no time is left for a try; then the message is put back",
        arguments: [
            (.throttled, full, .tryAgain(after: .seconds(1))),
            (.throttled, .seconds(15), .tryAgain(after: .seconds(1))),
            (.throttled, .seconds(14.9), .putBack),
            (.quotaReached, full, .tryAgain(after: .seconds(3.5))),
            (.quotaReached, .seconds(17.5), .tryAgain(after: .seconds(3.5))),
            (.quotaReached, .seconds(17.4), .putBack),
            (.final, full, .giveUp),
        ] as [(StartRefusal, Duration, StartTries.Action)])
    func busy(_ refusal: StartRefusal, _ remaining: Duration, _ expected: StartTries.Action) {
        var tries = StartTries()
        #expect(tries.refused(refusal, remaining: remaining, fraction: 0.5) == expected)
    }

    @Test(
        "The wait for the end of another job is random, from two to five seconds", arguments: [(0.0, 2.0), (1.0, 5.0)])
    func wait(_ fraction: Double, _ seconds: Double) {
        var tries = StartTries()
        let action = tries.refused(.quotaReached, remaining: Self.full, fraction: fraction)
        #expect(action == .tryAgain(after: .seconds(seconds)))
    }

    @Test("A start that fails is tried five times; the times that HealthImaging was busy do not count")
    func fiveTries() {
        var tries = StartTries()
        var actions: [StartTries.Action] = []
        while actions.last != .giveUp {
            _ = tries.refused(.throttled, remaining: Self.full, fraction: 0)
            actions.append(tries.refused(.broken, remaining: Self.full, fraction: 0))
        }
        let waits = [1, 1, 2, 4].map { StartTries.Action.tryAgain(after: .seconds($0)) }
        #expect(actions == waits + [.giveUp])
    }

    @Test("Five tries that time out after ten seconds each fit into an invocation")
    func fiveTimeOuts() {
        var tries = StartTries()
        var remaining = Self.full
        var count = 0
        while true {
            #expect(remaining >= StartTries.timeForTry || count == 0)
            count += 1
            remaining -= .seconds(10)
            guard case .tryAgain(let wait) = tries.refused(.broken, remaining: remaining, fraction: 1) else { break }
            remaining -= wait
        }
        #expect(count == StartTries.maximumFailures)
        // The time for the answer to the execution.
        #expect(remaining >= .seconds(4))
    }

    @Test(
        "The answer to an execution has an error name that the state machine knows, and a cause",
        arguments: [
            (answer(400, "ValidationException"), "Function.Permanent", "ValidationException: "),
            (answer(409, "ConflictException"), "Function.Transient", "ConflictException: "),
            (answer(500, "InternalServerException"), "Function.Transient", "InternalServerException: "),
            (Unheard(), "Function.Unheard", "Unheard: "),
        ] as [(any Error, String, String)])
    func failure(_ error: any Error, _ name: String, _ beginning: String) {
        let failure = StartFailure(error)
        #expect(failure.error == name)
        #expect(failure.cause.hasPrefix(beginning))
    }

    @Test("A cause is not longer than Step Functions accepts")
    func longCause() {
        let error = AWSServiceError(
            service: "s", operation: "o", statusCode: 400, code: "C", message: String(repeating: "ä", count: 100_000))
        #expect(StartFailure(error).cause.count <= 32_768)
    }
}
