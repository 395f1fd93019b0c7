// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging

/// Handles one event: decodes its bytes, calls the handler and encodes the answer. Every error becomes an error report.
struct InvocationDispatcher<Handler: LambdaHandler>: Sendable {
    let handler: Handler

    func dispatch(_ event: [UInt8], context: LambdaContext) async -> Result<[UInt8], ErrorReport> {
        do throws(ErrorReport) {
            return .success(try encode(try await handled(try decode(event), context)))
        } catch {
            context.logger.error(
                "invocation failed",
                metadata: ["errorType": "\(error.errorType)", "errorMessage": "\(error.errorMessage)"])
            return .failure(error)
        }
    }

    private func decode(_ event: [UInt8]) throws(ErrorReport) -> Handler.Event {
        do {
            return try JSONDecoder().decode(Handler.Event.self, from: Data(event))
        } catch {
            throw ErrorReport(undecodableEvent: error)
        }
    }

    private func handled(_ event: Handler.Event, _ context: LambdaContext) async throws(ErrorReport) -> Handler.Output {
        do {
            return try await handler.handle(event, context: context)
        } catch {
            // Only the deadline watchdog cancels a handler's task.
            throw Task.isCancelled ? ErrorReport(timedOut: error) : ErrorReport(thrown: error)
        }
    }

    private func encode(_ output: Handler.Output) throws(ErrorReport) -> [UInt8] {
        do {
            return Array(try JSONEncoder.lambda.encode(output))
        } catch {
            throw ErrorReport(unencodableOutput: error)
        }
    }
}
