import FoundationEssentials

/// Bytes in, bytes out: decodes the event, calls the handler, encodes its answer; what goes wrong becomes a report.
struct EventDispatcher<Handler: LambdaHandler>: Sendable {
    let handler: Handler

    func dispatch(_ event: [UInt8], context: LambdaContext) async -> Result<[UInt8], ErrorReportFailure> {
        let decoded: Handler.Event
        do {
            decoded = try JSONDecoder().decode(Handler.Event.self, from: Data(event))
        } catch {
            return failure(ErrorReport(undecodableEvent: error), context)
        }
        let output: Handler.Output
        do {
            output = try await handler.handle(decoded, context: context)
        } catch {
            return failure(ErrorReport(thrown: error), context)
        }
        do {
            return .success(Array(try JSONEncoder.lambda.encode(output)))
        } catch {
            return failure(ErrorReport(unencodableOutput: error), context)
        }
    }

    private func failure(_ report: ErrorReport, _ context: LambdaContext) -> Result<[UInt8], ErrorReportFailure> {
        context.logger.error(
            "invocation failed",
            metadata: ["errorType": "\(report.errorType)", "errorMessage": "\(report.errorMessage)"])
        return .failure(ErrorReportFailure(report: report))
    }
}

/// An error report in the place of an error.
struct ErrorReportFailure: Error {
    let report: ErrorReport
}

extension JSONEncoder {
    /// Keys in a fixed order and slashes as they are, so that a person can read and compare what comes out.
    static var lambda: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}
