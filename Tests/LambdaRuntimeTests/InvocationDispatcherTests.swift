// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging
import StructuredLog
import Testing

@testable import LambdaRuntime

private struct Greeting: LambdaHandler {
    struct Event: Decodable {
        let name: String
    }

    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: Event, context: LambdaContext) async throws -> [String: String] {
        ["greeting": "hello \(event.name) / \(context.requestID)"]
    }
}

private struct Unencodable: LambdaHandler {
    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: [String: String], context: LambdaContext) async throws -> Double { .infinity }
}

@Suite("InvocationDispatcher") struct InvocationDispatcherTests {
    private func dispatch<Handler: LambdaHandler>(
        _: Handler.Type, _ event: String
    ) async throws -> Result<String, ErrorReport> {
        let environment = LambdaEnvironment.empty
        let context = LambdaContext(requestID: "8476a536", deadline: Date(), logger: environment.logger)
        let dispatcher = InvocationDispatcher(handler: try Handler(environment: environment))
        let result = await dispatcher.dispatch(Array(event.utf8), context: context)
        return result.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("An answer is JSON with unescaped slashes")
    func answer() async throws {
        let answer = try await dispatch(Greeting.self, #"{"name": "Röntgen"}"#).get()
        #expect(answer == #"{"greeting":"hello Röntgen / 8476a536"}"#)
    }

    @Test("An answer that JSON cannot represent is an error, not a trap")
    func unencodable() async throws {
        let result = try await dispatch(Unencodable.self, "{}")
        guard case .failure(let failure) = result else {
            Issue.record("expected a failure, got \(result)")
            return
        }
        #expect(failure.errorType == "Runtime.MarshalError")
    }
}
