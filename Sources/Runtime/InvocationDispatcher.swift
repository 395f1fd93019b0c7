import FoundationEssentials
import Logging

/// What a loop does with an event: bytes in, bytes out; what goes wrong becomes a report.
protocol InvocationDispatcher: Sendable {
    /// nil where the answer is what `dispatch` returns; otherwise it is what is written to the stream.
    static var streamedContentType: String? { get }

    func dispatch(
        _ event: [UInt8], to stream: ResponseStream, context: LambdaContext
    ) async -> Result<[UInt8], ErrorReport>
}

/// Decodes the event, calls the handler, encodes its answer.
struct EventDispatcher<Handler: LambdaHandler>: InvocationDispatcher {
    let handler: Handler

    static var streamedContentType: String? { nil }

    func dispatch(
        _ event: [UInt8], to _: ResponseStream, context: LambdaContext
    ) async -> Result<[UInt8], ErrorReport> {
        await reportingFailure(context) { () throws(ErrorReport) in
            let event = try decode(Handler.Event.self, from: event)
            let output = try await handled { try await handler.handle(event, context: context) }
            do {
                return Array(try JSONEncoder.lambda.encode(output))
            } catch {
                throw ErrorReport(unencodableOutput: error)
            }
        }
    }
}

/// Decodes the event and calls the handler, which writes its answer itself.
struct StreamingEventDispatcher<Handler: StreamingLambdaHandler>: InvocationDispatcher {
    let handler: Handler

    static var streamedContentType: String? { Handler.contentType }

    func dispatch(
        _ event: [UInt8], to stream: ResponseStream, context: LambdaContext
    ) async -> Result<[UInt8], ErrorReport> {
        await reportingFailure(context) { () throws(ErrorReport) in
            let event = try decode(Handler.Event.self, from: event)
            try await handled { try await handler.handle(event, response: stream, context: context) }
            return []
        }
    }
}

extension InvocationDispatcher {
    fileprivate func decode<Event: Decodable>(_: Event.Type, from event: [UInt8]) throws(ErrorReport) -> Event {
        do {
            return try JSONDecoder().decode(Event.self, from: Data(event))
        } catch {
            throw ErrorReport(undecodableEvent: error)
        }
    }

    fileprivate func handled<Output>(_ handle: () async throws -> Output) async throws(ErrorReport) -> Output {
        do {
            return try await handle()
        } catch {
            // Nothing but the deadline cancels a handler's task.
            throw Task.isCancelled ? ErrorReport(timedOut: error) : ErrorReport(thrown: error)
        }
    }

    fileprivate func reportingFailure(
        _ context: LambdaContext, _ dispatch: () async throws(ErrorReport) -> [UInt8]
    ) async -> Result<[UInt8], ErrorReport> {
        do {
            return .success(try await dispatch())
        } catch {
            context.logger.error(
                "invocation failed",
                metadata: ["errorType": "\(error.errorType)", "errorMessage": "\(error.errorMessage)"])
            return .failure(error)
        }
    }
}

extension JSONEncoder {
    /// Keys in a fixed order and slashes as they are, so that a person can read and compare what comes out.
    static var lambda: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
