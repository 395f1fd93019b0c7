// SPDX-License-Identifier: Apache-2.0

import Glibc
import LambdaRuntime
import StructuredLog

/// A function for tests. It does what the event says.
@main
struct Obedient: LambdaHandler {
    enum Event: Decodable {
        case echo(String)
        case fail(String)
        case failAs(String)
        case sleep(seconds: Double)
        case sleepThenAnswer(seconds: Double)
        case context
        case variable(String)
        /// Gives an answer of slightly more than this number of bytes.
        case answer(bytes: Int)
        case process
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Named: NamedError {
        let errorName: String
    }

    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: Event, context: LambdaContext) async throws -> [String: String] {
        switch event {
        case .echo(let text): return ["echo": text]
        case .fail(let message): throw Failure(description: message)
        case .failAs(let name): throw Named(errorName: name)
        case .sleep(let seconds):
            try await Task.sleep(for: .seconds(seconds))
            return ["slept": "\(seconds)"]
        case .sleepThenAnswer(let seconds):
            try? await Task.sleep(for: .seconds(seconds))
            return ["cancelled": "\(Task.isCancelled)"]
        case .context:
            return [
                "requestID": context.requestID, "arn": context.invokedFunctionARN ?? "-",
                "trace": context.traceID ?? "-", "client": context.clientContext ?? "-",
                "identity": context.cognitoIdentity ?? "-", "tenant": context.tenantID ?? "-",
                "deadline": "\(Int(context.deadline.timeIntervalSince1970 * 1000))",
                "remains": "\(context.remainingTime() > .zero)",
            ]
        case .answer(let bytes): return ["x": String(repeating: "x", count: bytes)]
        case .process: return ["id": "\(getpid())"]
        case .variable(let name): return [name: getenv(name).map { String(cString: $0) } ?? "-"]
        }
    }
}
