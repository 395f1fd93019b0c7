// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Testing

@testable import LambdaRuntime
@testable import SampleFunction

@Suite("The invocation's deadline", .timeLimit(.minutes(1)))
struct DeadlineTests {
    private func event(_ event: String, secondsLeft: Double) -> RuntimeAPIServer.Reply {
        let deadline = Int((Date().timeIntervalSince1970 + secondsLeft) * 1000)
        return .event(event, headers: "Lambda-Runtime-Aws-Request-Id: 1\r\nLambda-Runtime-Deadline-Ms: \(deadline)\r\n")
    }

    @Test("A handler that waits too long is cancelled before the deadline and reported as a timeout")
    func cancelled() async throws {
        let begun = Date()
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: [event(#"{"sleep":{"seconds":60}}"#, secondsLeft: 1), .event(#"{"echo":{"_0":"a"}}"#)])
        let report = try Report(try #require(run.answers.first))
        #expect(report.errorType == "Runtime.Timeout")
        #expect(report.errorMessage.contains("raise its timeout"))
        #expect(Date().timeIntervalSince(begun) < 30)
        #expect(
            run.answers.map(\.path) == [
                "/invocation/1/error", "/invocation/\(RuntimeAPIServer.Reply.requestID)/response",
            ])
        #expect(
            run.log.contains { $0.contains("WARN") && $0.contains("about to end") && $0.contains(#""requestId":"1""#) })
    }

    @Test("A handler that returns an answer after its cancellation is answered with it")
    func answeredAfterCancellation() async throws {
        let run = await LoopRun(
            try Obedient.dispatcher, next: [event(#"{"sleepThenAnswer":{"seconds":60}}"#, secondsLeft: 0.5)])
        #expect(run.answers.map(\.text) == [#"{"cancelled":"true"}"#])
    }

    @Test("A handler that ends in time is not cancelled, and its deadline does not cancel a later one")
    func inTime() async throws {
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: [
                event(#"{"sleepThenAnswer":{"seconds":0.01}}"#, secondsLeft: 3),
                event(#"{"sleepThenAnswer":{"seconds":3.5}}"#, secondsLeft: 60),
            ])
        #expect(run.answers.map(\.text) == [#"{"cancelled":"false"}"#, #"{"cancelled":"false"}"#])
    }

    @Test("A deadline earlier than the one being waited for is met too")
    func earlier() async throws {
        let run = await LoopRun(
            try Obedient.dispatcher,
            next: [
                event(#"{"echo":{"_0":"a"}}"#, secondsLeft: 900),
                event(#"{"sleep":{"seconds":60}}"#, secondsLeft: 0.5),
            ])
        #expect(run.answers.count == 2)
        #expect(try Report(try #require(run.answers.last)).errorType == "Runtime.Timeout")
    }
}
