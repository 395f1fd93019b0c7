import FoundationEssentials
import Logging
import StructuredLog
import Testing

@testable import LambdaRuntime

private struct Greeting: LambdaHandler {
    struct Event: Decodable {
        let name: String
    }

    enum Failure: Error, CustomStringConvertible {
        case unknownGuest

        var description: String { "a \"guest\"\nof two lines" }
    }

    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: Event, context: LambdaContext) async throws -> [String: String] {
        switch event.name {
        case "nobody": throw Failure.unknownGuest
        case "busy": throw Named(errorName: "ThrottlingException")
        default: return ["greeting": "hello \(event.name) / \(context.requestID)"]
        }
    }

    private struct Named: NamedError {
        let errorName: String
    }
}

private struct Unencodable: LambdaHandler {
    init(environment: LambdaEnvironment) throws {}

    func handle(_ event: [String: String], context: LambdaContext) async throws -> Double { .infinity }
}

@Suite struct EventDispatcherTests {
    private let environment = LambdaEnvironment(
        variables: [:], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })

    private func dispatch<Handler: LambdaHandler>(
        _: Handler.Type, _ event: String
    ) async throws -> Result<String, ErrorReportFailure> {
        let context = LambdaContext(requestID: "8476a536", deadline: Date(), logger: environment.logger)
        let dispatcher = EventDispatcher(handler: try Handler(environment: environment))
        let result = await dispatcher.dispatch(Array(event.utf8), context: context)
        return result.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("An answer is JSON with its slashes as they are")
    func answer() async throws {
        let answer = try await dispatch(Greeting.self, #"{"name": "Röntgen"}"#).get()
        #expect(answer == #"{"greeting":"hello Röntgen / 8476a536"}"#)
    }

    @Test(
        "What goes wrong is named as Lambda and state machines know it",
        arguments: [
            (#"{"name": "nobody"}"#, "Function.Failure"),
            (#"{"name": "busy"}"#, "Function.ThrottlingException"),
            (#"{"other": 1}"#, "Runtime.UnmarshalError"),
            ("no JSON", "Runtime.UnmarshalError"),
            ("", "Runtime.UnmarshalError"),
        ])
    func failure(event: String, errorType: String) async throws {
        await #expect(throws: ErrorReportFailure.self) {
            do {
                _ = try await dispatch(Greeting.self, event).get()
            } catch let failure as ErrorReportFailure {
                #expect(failure.report.errorType == errorType)
                throw failure
            }
        }
    }

    @Test("An answer that JSON cannot hold is an error, not a trap")
    func unencodable() async throws {
        let result = try await dispatch(Unencodable.self, "{}")
        guard case .failure(let failure) = result else {
            Issue.record("expected a failure, got \(result)")
            return
        }
        #expect(failure.report.errorType == "Runtime.MarshalError")
    }

    @Test("A message with quotes and line breaks is correct JSON")
    func quotedMessage() throws {
        let report = ErrorReport(thrown: Greeting.Failure.unknownGuest)
        let decoded = try JSONDecoder().decode(Decoded.self, from: JSONEncoder.lambda.encode(report))
        #expect(decoded.errorMessage == "a \"guest\"\nof two lines")
    }

    private struct Decoded: Decodable {
        let errorMessage: String
    }
}
