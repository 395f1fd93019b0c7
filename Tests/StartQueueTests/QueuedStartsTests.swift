// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import ImportPipeline
import SampleDocuments
import StartQueue
import StructuredLog
import Synchronization
import TestLog
import Testing

@Suite("Messages of the start queue")
struct QueuedStartsTests {
    private let world = World()
    private let log = RecordedLog()

    private func message(_ id: String, _ body: String? = nil) -> QueueMessage {
        let state = SampleDocument.start.text
        return QueueMessage(
            messageId: id, receiptHandle: "receipt-\(id)",
            body: body ?? #"{"taskToken":"token-\#(id)","state":\#(state)}"#,
            firstReceivedAt: Date(timeIntervalSince1970: 1_000))
    }

    private func failures(_ messages: QueueMessage...) async throws -> [String] {
        let starts = QueuedStarts(
            jobs: world, executions: world, messages: world, clock: world.clock, random: { 0.5 },
            now: { Date(timeIntervalSince1970: 2_000) },
            metrics: EmbeddedMetrics(namespace: "N", dimensions: [:], write: { world.count(metrics: $0) }))
        return try await starts.failures(
            among: messages, remaining: { .seconds(60) - world.clock.elapsed }, logger: log.logger)
    }

    @Test("A job is started and its execution gets the next state")
    func started() async throws {
        #expect(try await failures(message("1")) == [])
        #expect(world.told == ["token-1: job1"])
        #expect(world.metrics.contains { $0.contains(#""ImportJobsStarted":1"#) })
    }

    @Test("While HealthImaging is busy the function waits in place, and no message overtakes another")
    func waits() async throws {
        world.refuse(with: .throttled, .quota, .throttled)
        #expect(try await failures(message("1")) == [])
        #expect(world.clock.elapsed == .seconds(1 + 3.5 + 1))
        #expect(world.told == ["token-1: job1"])
    }

    @Test("Shortly before the deadline the message and those behind it go back to the head of the queue")
    func putBack() async throws {
        world.refuse(with: Array(repeating: .throttled, count: 100))
        #expect(try await failures(message("1"), message("2")) == ["1", "2"])
        #expect(world.hidden == ["receipt-1: 1", "receipt-2: 1"])
        #expect(world.told == [])
        #expect(world.clock.elapsed == .seconds(46))
        // Of the first message alone: those behind it only wait for it.
        #expect(world.metrics.filter { $0.contains("StartWaitSeconds") }.count == 1)
        #expect(world.metrics.contains { $0.contains(#""StartWaitSeconds":1000"#) })
    }

    @Test("After five failures the execution gets the error, and the next message is handled")
    func givesUp() async throws {
        world.refuse(with: Array(repeating: .broken, count: 5))
        #expect(try await failures(message("1"), message("2")) == [])
        #expect(world.told == ["token-1: Function.Transient", "token-2: job1"])
    }

    @Test("A permanent error is answered at once")
    func permanent() async throws {
        world.refuse(with: .denied)
        #expect(try await failures(message("1")) == [])
        #expect(world.told == ["token-1: Function.Permanent"])
        #expect(world.clock.elapsed == .zero)
    }

    @Test(
        "A message that is not a start is deleted and counted, and blocks nothing",
        arguments: ["", "no JSON", "{}", #"{"taskToken":""}"#, #"{"taskToken":7,"state":{}}"#])
    func unreadable(_ body: String) async throws {
        #expect(try await failures(message("1", body), message("2")) == [])
        #expect(world.told == ["token-2: job1"])
        #expect(world.metrics.contains { $0.contains(#""StartMessagesUnreadable":1"#) })
        #expect(log.lines.contains { $0.contains("it is deleted") })
    }

    @Test("A state that cannot be read fails its execution for good")
    func unreadableState() async throws {
        #expect(try await failures(message("1", #"{"taskToken":"t","state":{"attempt":1}}"#)) == [])
        #expect(world.told == ["t: Function.Permanent"])
    }

    @Test("An execution that does not wait any more is not a failure")
    func gone() async throws {
        world.isGone.withLock { $0 = true }
        #expect(try await failures(message("1")) == [])
        #expect(log.lines.contains { $0.contains("no execution waits for this start") })
    }

    @Test("If the execution cannot be answered, the message is delivered again")
    func unanswered() async throws {
        world.answerFailure.withLock { $0 = World.Refusal.broken.error }
        #expect(try await failures(message("1")) == ["1"])
        #expect(world.hidden == ["receipt-1: 1"])
        // The job is started again with the same token: nothing has moved on.
        #expect(!world.metrics.contains { $0.contains("ImportJobsStarted") })
        #expect(world.metrics.contains { $0.contains(#""StartWaitSeconds":1000"#) })
    }

    @Test("A cancelled invocation does not answer an execution with a failure")
    func cancelled() async throws {
        world.refuse(with: .denied)
        let starting = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await failures(message("1"))
        }
        await #expect(throws: CancellationError.self) { try await starting.value }
        #expect(world.told == [])
    }
}

/// HealthImaging, Step Functions and the queue, and a clock on which sleeps end at once.
private final class World: ImportJobs, WaitingExecutions, HeldMessages {
    enum Refusal {
        case throttled, quota, broken, denied

        var error: AWSServiceError {
            let (status, code) =
                switch self {
                case .throttled: (429, "ThrottlingException")
                case .quota: (402, "ServiceQuotaExceededException")
                case .broken: (500, "InternalServerException")
                case .denied: (403, "AccessDeniedException")
                }
            return AWSServiceError(service: "s", operation: "o", statusCode: status, code: code, message: "m")
        }
    }

    let clock = SkippedClock()
    let isGone = Mutex(false)
    let answerFailure = Mutex<AWSServiceError?>(nil)
    private let refusals = Mutex<[Refusal]>([])
    private let recorded = Mutex((told: [String](), hidden: [String](), metrics: [String]()))

    var told: [String] { recorded.withLock { $0.told } }
    var hidden: [String] { recorded.withLock { $0.hidden } }
    var metrics: [String] { recorded.withLock { $0.metrics } }

    func refuse(with refusals: Refusal...) { refuse(with: refusals) }

    func refuse(with refusals: [Refusal]) { self.refusals.withLock { $0 = refusals } }

    func count(metrics line: [UInt8]) { recorded.withLock { $0.metrics.append(String(decoding: line, as: UTF8.self)) } }

    func start(_ state: ImportStart) throws -> ImportProgress {
        if let refusal = refusals.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { throw refusal.error }
        return ImportProgress(
            request: state.request, attempt: state.attempt, jobId: "job1", jobStatus: .submitted, outcome: .pending,
            waitSeconds: 1, polls: 0)
    }

    func answer(_ token: String, with answer: Result<ImportProgress, StartFailure>) throws -> Bool {
        if let error = answerFailure.withLock({ $0 }) { throw error }
        let text =
            switch answer {
            case .success(let progress): progress.jobId
            case .failure(let failure): failure.error
            }
        recorded.withLock { $0.told.append("\(token): \(text)") }
        return !isGone.withLock { $0 }
    }

    func putBack(_ message: QueueMessage, hiddenSeconds: Int) {
        recorded.withLock { $0.hidden.append("\(message.receiptHandle ?? ""): \(hiddenSeconds)") }
    }
}

private final class SkippedClock: Clock {
    private let begin = ContinuousClock.now
    private let skipped = Mutex<Duration>(.zero)

    var elapsed: Duration { skipped.withLock { $0 } }
    var now: ContinuousClock.Instant { begin + elapsed }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        skipped.withLock { $0 = deadline - begin }
    }
}
