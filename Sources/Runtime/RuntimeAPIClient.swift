// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import Logging

/// The calls of the Lambda Runtime API (2018-06-01), over one connection. A call blocks its caller's thread.
final class RuntimeAPIClient {
    private let connection: RuntimeAPIConnection
    private let logger: Logger
    private let retries: Retries
    private let nextRequest: [UInt8]

    /// Retries of a call that got no response, and of `/next` after a wrong response.
    struct Retries {
        var maximumAttempts = 4
        /// The delay doubles with each attempt.
        var firstDelayMilliseconds = 25
    }

    /// Time limit for sending an answer and receiving its acknowledgement.
    private static let answerTimeout: Duration = .seconds(30)

    /// Whether the text is a host with an optional port: no scheme, no path, and no bytes that could end a line of the
    /// request.
    static func isAddress(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"/?#@\\\"<>".utf8.contains($0) }
    }

    /// `address` is the value of `AWS_LAMBDA_RUNTIME_API`: host and port.
    init(address: String, logger: Logger, retries: Retries = Retries()) {
        connection = RuntimeAPIConnection(address: address)
        nextRequest = RequestHead("GET", path: "/invocation/next", address: address).finished()
        self.logger = logger
        self.retries = retries
    }

    /// Waits for the next invocation. There is no time limit, because Lambda can freeze the environment during the
    /// wait.
    func next() throws(RuntimeAPIError) -> Invocation {
        try retrying { () throws(RuntimeAPIError) in
            let call = "/invocation/next"
            let response = try exchange(nextRequest, call: call, timeout: nil)
            guard response.status == 200 else { throw .unexpectedStatus(call: call, status: response.status) }
            return try Invocation(response.headers, event: response.body, logger: logger)
        }
    }

    func respond(to invocation: Invocation, with output: [UInt8]) throws(RuntimeAPIError) {
        let path = invocation.path(ending: "/response")
        try post(output, head: head(path, of: invocation), call: path)
    }

    func report(_ error: ErrorReport, of invocation: Invocation) throws(RuntimeAPIError) {
        let path = invocation.path(ending: "/error")
        var head = head(path, of: invocation)
        if invocation.context.traceID != nil {
            head.append(
                name: "Lambda-Runtime-Function-XRay-Error-Cause", value: XRayErrorCause(error).headerValue)
        }
        try post(error, head: head, call: path)
    }

    func reportInitialisation(_ error: ErrorReport) throws(RuntimeAPIError) {
        try post(error, head: head("/init/error", of: nil), call: "/init/error")
    }

    private func head(_ path: String, of invocation: Invocation?) -> RequestHead {
        var head = RequestHead("POST", path: path, address: connection.address)
        head.append(name: "Content-Type", value: "application/json")
        if let id = invocation?.invocationID { head.append(name: "Lambda-Runtime-Invocation-Id", value: id) }
        return head
    }

    private func post(_ error: ErrorReport, head: RequestHead, call: String) throws(RuntimeAPIError) {
        var head = head
        head.append(name: "Lambda-Runtime-Function-Error-Type", value: error.errorType)
        try post(error.json, head: head, call: call)
    }

    private func post(_ body: [UInt8], head: RequestHead, call: String) throws(RuntimeAPIError) {
        let request = head.finished(body: body)
        let response = try retrying { () throws(RuntimeAPIError) in
            try exchange(request, call: call, timeout: Self.answerTimeout)
        }
        try accept(response, call: call)
    }

    private func exchange(
        _ request: [UInt8], call: String, timeout: Duration?
    ) throws(RuntimeAPIError) -> ResponseParser {
        do {
            return try connection.exchange(request, timeout: timeout)
        } catch {
            throw .transferFailed(call: call, error)
        }
    }

    private func retrying<Result>(
        _ call: () throws(RuntimeAPIError) -> Result
    ) throws(RuntimeAPIError) -> Result {
        var attempt = 1
        while true {
            do {
                return try call()
            } catch {
                guard error.mayPass, attempt < retries.maximumAttempts else { throw error }
                logger.warning("a call of the Runtime API failed, trying again", error: error)
                usleep(UInt32(retries.firstDelayMilliseconds << (attempt - 1)) * 1000)
                attempt += 1
            }
        }
    }

    /// A refused answer is only logged: the platform has recorded the failure, and ending the process would also lose a
    /// warm environment. A status of 500 or above means that the platform itself is broken.
    private func accept(_ response: ResponseParser, call: String) throws(RuntimeAPIError) {
        guard !(200..<300).contains(response.status) else { return }
        guard response.status < 500 else { throw .unexpectedStatus(call: call, status: response.status) }
        logger.warning(
            "the Runtime API refused an answer",
            metadata: [
                "call": "\(call)", "status": "\(response.status)",
                "text": "\(String(decoding: response.body.prefix(512), as: UTF8.self))",
            ])
    }
}

extension Invocation {
    fileprivate func path(ending: String) -> String { "/invocation/\(context.requestID)\(ending)" }
}
