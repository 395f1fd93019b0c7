import FoundationEssentials
import Glibc
import Logging
import StructuredLog

@testable import LambdaRuntime

extension LambdaEnvironment {
    static let empty = LambdaEnvironment(variables: [:], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
}

/// Does what the event says.
struct Obedient: LambdaHandler {
    enum Event: Decodable {
        case echo(String)
        case fail(String)
        case failAs(String)
        case sleep(seconds: Double)
        case sleepThenAnswer(seconds: Double)
        case context
        case variable(String)
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
        case .variable(let name): return [name: getenv(name).map { String(cString: $0) } ?? "-"]
        }
    }

    static var dispatcher: EventDispatcher<Obedient> {
        get throws { EventDispatcher(handler: try Obedient(environment: .empty)) }
    }
}

/// Writes what the event says.
struct Streaming: StreamingLambdaHandler {
    struct Event: Decodable {
        let pieces: [String]?
        let repeating: Int?
        let failure: String?
    }

    static let contentType = "text/plain"

    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: Event, response: ResponseStream, context: LambdaContext) async throws {
        for _ in 0..<(event.repeating ?? 1) {
            for piece in event.pieces ?? [] { try await response.write(piece.utf8) }
        }
        if let failure = event.failure { throw Obedient.Failure(description: failure) }
    }

    static var dispatcher: StreamingEventDispatcher<Streaming> {
        get throws { StreamingEventDispatcher(handler: try Streaming(environment: .empty)) }
    }
}
