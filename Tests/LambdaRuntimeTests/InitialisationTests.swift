// SPDX-License-Identifier: Apache-2.0

import TestLog
import Testing

@testable import LambdaRuntime

private struct Unstartable: LambdaHandler {
    struct Failure: Error {}

    init(environment: LambdaEnvironment) throws { throw Failure() }

    func handle(_ event: String, context: LambdaContext) async throws -> String { event }
}

@Suite("A function's start", .timeLimit(.minutes(1)))
struct InitialisationTests {
    private func start(
        reply: RuntimeAPIServer.Reply
    ) -> (error: (any Error)?, calls: [RuntimeAPIServer.Call]) {
        let server = RuntimeAPIServer { _ in reply }
        defer { server.stop() }
        let api = RuntimeAPIClient(
            address: server.address, logger: RecordedLog().logger, retries: .init(firstDelayMilliseconds: 1))
        let result = Result { try FunctionProcess<Unstartable>(variables: [:]).handler(reportingTo: api) }
        guard case .failure(let error) = result else { return (nil, server.calls) }
        return (error, server.calls)
    }

    @Test("An error thrown by init is reported as an initialisation error")
    func failure() throws {
        let started = start(reply: .status(202))
        #expect(started.error is Unstartable.Failure)
        #expect(started.calls.map(\.path) == ["/init/error"])
        #expect(started.calls.first?.headers["lambda-runtime-function-error-type"] == "Function.Failure")
        #expect(try Report(try #require(started.calls.first)).errorType == "Function.Failure")
    }

    @Test("The reason of a failed start is not lost if the Runtime API is unreachable")
    func unreachable() {
        #expect(start(reply: .hangUp).error is Unstartable.Failure)
    }
}
