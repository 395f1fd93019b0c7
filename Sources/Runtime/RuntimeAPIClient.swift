import FoundationEssentials
import HTTP
import Logging

/// The calls of the Lambda Runtime API (2018-06-01), each on the thread that makes it.
struct RuntimeAPIClient {
    private let base: String
    private let logger: Logger
    /// `/next` waits for as long as nobody calls the function: it has a connection of its own.
    private let nextConnection = BlockingHTTPClient()
    private let answerConnection = BlockingHTTPClient()

    /// `address` is `AWS_LAMBDA_RUNTIME_API`: host and port.
    init(address: String, logger: Logger) {
        base = "http://\(address)/2018-06-01/runtime"
        self.logger = logger
    }

    func next() throws -> Invocation {
        let response = try nextConnection.execute(
            HTTPRequest(url: "\(base)/invocation/next", timeout: nil, bypassesProxy: true))
        guard response.status == 200 else {
            throw RuntimeAPIError.unexpectedStatus(call: "/next", status: response.status)
        }
        return try Invocation(response, logger: logger)
    }

    func respond(to invocation: Invocation, with output: [UInt8]) throws {
        try post(output, to: "/invocation/\(invocation.context.requestID)/response", of: invocation)
    }

    func report(_ error: ErrorReport, of invocation: Invocation) throws {
        try post(error, to: "/invocation/\(invocation.context.requestID)/error", of: invocation)
    }

    func reportInitialisation(_ error: ErrorReport) throws {
        try post(error, to: "/init/error", of: nil)
    }

    private func post(_ error: ErrorReport, to path: String, of invocation: Invocation?) throws {
        let body = Array(try JSONEncoder.lambda.encode(error))
        try post(
            body, to: path, of: invocation, headers: ["Lambda-Runtime-Function-Error-Type": error.errorType])
    }

    private func post(
        _ body: [UInt8], to path: String, of invocation: Invocation?, headers: HTTPHeaders = [:]
    ) throws {
        var headers = headers
        headers["Content-Type"] = "application/json"
        headers["Lambda-Runtime-Invocation-Id"] = invocation?.invocationID
        let response = try answerConnection.execute(
            HTTPRequest(method: "POST", url: base + path, headers: headers, body: body, bypassesProxy: true))
        switch response.status {
        case 200..<300: return
        case 400, 403, 410, 413:
            // The platform has recorded the failure; ending the process as well would cost a warm environment.
            logger.warning(
                "the Runtime API refused the answer",
                metadata: [
                    "requestId": "\(invocation?.context.requestID ?? "")", "status": "\(response.status)",
                    "bytes": "\(body.count)",
                ])
        default: throw RuntimeAPIError.unexpectedStatus(call: path, status: response.status)
        }
    }
}
