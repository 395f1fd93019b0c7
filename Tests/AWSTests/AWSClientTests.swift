// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import LoopbackHTTP
import StructuredLog
import TestLog
import Testing

@testable import AWS

@Suite("AWSClient", .timeLimit(.minutes(1)))
struct AWSClientTests {
    @Test("A request answered with 503 is sent again; the following 200 is the result")
    func retried() async throws {
        let slowDown = "<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
        try await LoopbackHTTPServer.serve(.status(503, slowDown), .status(200, "body")) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let object = try await s3.getObject(bucket: "b", key: "k", maximumBytes: 4)
            #expect(object.body == Array("body".utf8))
            #expect(server.requests.count == 2)
        }
    }

    /// A response of a JSON service and the error that it should become.
    struct Failure: Sendable, CustomTestStringConvertible {
        let status: Int
        var header: String?
        var body = ""
        let code: String
        let errorClass: ErrorClass

        var testDescription: String { "\(status) \(header ?? "") \(body)" }
    }

    @Test(
        "An error has the service's name, and the request is retried if that can help",
        arguments: [
            Failure(status: 503, code: "ServiceUnavailable", errorClass: .transient),
            Failure(status: 502, body: "<html>Bad Gateway</html>", code: "ServiceUnavailable", errorClass: .transient),
            Failure(status: 404, code: "UnknownError", errorClass: .permanent),
            Failure(status: 429, header: "ThrottlingException", code: "ThrottlingException", errorClass: .busy),
            Failure(status: 429, code: "UnknownError", errorClass: .busy),
            Failure(status: 400, header: "ExecutionLimitExceeded", code: "ExecutionLimitExceeded", errorClass: .busy),
            Failure(status: 409, header: "ConflictException", code: "ConflictException", errorClass: .busy),
            Failure(
                status: 400, header: "ThrottlingException:http://internal.amazon.com/coral/com.amazon.coral/",
                code: "ThrottlingException", errorClass: .busy),
            Failure(
                status: 400, body: #"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}"#,
                code: "ThrottlingException", errorClass: .busy),
            Failure(
                status: 400, header: "AccessDeniedException", body: #"{"__type":"ThrottlingException"}"#,
                code: "AccessDeniedException", errorClass: .permanent),
            Failure(
                status: 400, body: #"{"__type":"com.amazonaws.swf#ExecutionAlreadyExists"}"#,
                code: "ExecutionAlreadyExists", errorClass: .permanent),
            Failure(
                status: 400, body: #"{"code":"ExpiredTokenException"}"#, code: "ExpiredTokenException",
                errorClass: .transient),
            Failure(
                status: 402, header: "ServiceQuotaExceededException", code: "ServiceQuotaExceededException",
                errorClass: .busy),
        ])
    func failures(_ failure: Failure) async throws {
        var headers: HTTPHeaders = [:]
        headers["x-amzn-ErrorType"] = failure.header
        try await LoopbackHTTPServer.serve(
            .status(failure.status, headers: headers, failure.body)
        ) { server, url, http in
            let stepFunctions = StepFunctionsClient(client: try .loopback(url, http: http))
            let error = await #expect(throws: AWSServiceError.self) {
                try await stepFunctions.startExecution(stateMachineARN: "arn", name: "name", input: "{}")
            }
            #expect(error?.code == failure.code)
            #expect(error?.statusCode == failure.status)
            #expect(error?.errorClass == failure.errorClass)
            let attempts = failure.errorClass == .permanent ? 1 : failure.code == "ExpiredTokenException" ? 2 : 3
            #expect(server.requests.count == attempts)
        }
    }

    @Test(
        "A caller that waits for a busy service itself gets no retry, except of a failed connection",
        arguments: [429, 402])
    func busy(_ status: Int) async throws {
        for (reply, attempts) in [(LoopbackHTTPServer.Reply.status(status), 1), (.hangUp, 2)] {
            try await LoopbackHTTPServer.serve(reply) { server, url, http in
                let healthImaging = HealthImagingClient(client: try .loopback(url, http: http))
                await #expect(throws: (any Error).self) {
                    try await healthImaging.getDICOMImportJob(datastoreID: "d", jobID: "j")
                }
                #expect(server.requests.count == attempts)
            }
        }
    }

    @Test(
        "The number of attempts that the user sets applies to every policy",
        arguments: [RetryPolicy.standard, .stateMachineWaits])
    func configuredAttempts(_ policy: RetryPolicy) async throws {
        try await LoopbackHTTPServer.serve(.hangUp) { server, url, http in
            let environment = AWSClient.accessKey.merging(["AWS_MAX_ATTEMPTS": "1"]) { $1 }
            let client = try AWSClient.loopback(url, http: http, environment: environment).with(policy)
            await #expect(throws: HTTPError.self) {
                try await S3Client(client: client).deleteObject(bucket: "b", key: "k")
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test("A request is made a second time even if the first attempt used up the time")
    func elapsed() async throws {
        let policy = RetryPolicy(maximumAttempts: 3, baseDelay: .milliseconds(1), maximumElapsed: .zero)
        try await LoopbackHTTPServer.serve(.hangUp) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http, retryPolicy: policy))
            await #expect(throws: HTTPError.self) { try await s3.deleteObject(bucket: "b", key: "k") }
            #expect(server.requests.count == 2)
        }
    }

    @Test("An error contains the service's message and request id")
    func errorFields() async throws {
        let reply = LoopbackHTTPServer.Reply.status(
            403, headers: ["x-amzn-errortype": "AccessDeniedException", "x-amzn-RequestId": "r-1"],
            #"{"Message":"not for you"}"#)
        try await LoopbackHTTPServer.serve(reply) { _, url, http in
            let healthImaging = HealthImagingClient(client: try .loopback(url, http: http))
            await #expect(
                throws: AWSServiceError(
                    service: "medical-imaging", operation: "GetDICOMImportJob", statusCode: 403,
                    code: "AccessDeniedException", message: "not for you", requestID: "r-1")
            ) {
                try await healthImaging.getDICOMImportJob(datastoreID: "d", jobID: "j")
            }
        }
    }

    @Test("A request is retried if its connection ends without a response")
    func hangUp() async throws {
        try await LoopbackHTTPServer.serve(.hangUp, .status(204)) { server, url, http in
            try await S3Client(client: try .loopback(url, http: http)).deleteObject(bucket: "b", key: "k")
            #expect(server.requests.count == 2)
        }
    }

    @Test("A refused connection is retried, then its error is thrown")
    func refused() async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let log = RecordedLog()
        let port = try ReservedPort()
        defer { withExtendedLifetime(port) {} }
        let s3 = S3Client(client: try .loopback(port.url, http: http, log: log))
        let error = await #expect(throws: HTTPError.self) { try await s3.deleteObject(bucket: "b", key: "k") }
        #expect(error?.reportedName == "ConnectionFailed")
        #expect(log.lines.count == 2)
        #expect(log.lines.allSatisfy { $0.contains("trying again") && $0.contains("DeleteObject") })
    }

    @Test("Credentials are fetched again after a service has rejected them as expired")
    func expiredToken() async throws {
        let answer: LoopbackHTTPServer.Answer = { request in
            if request.target == "/credentials" {
                return .status(200, #"{"AccessKeyId":"AKID\#(request.index)","SecretAccessKey":"s","Token":"t"}"#)
            }
            let isFirst = request.headers["Authorization"]?.contains("Credential=AKID0/") == true
            return isFirst ? .status(400, "<Error><Code>ExpiredToken</Code></Error>") : .status(204)
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            let environment = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(url)/credentials"]
            let client = try AWSClient.loopback(url, http: http, environment: environment)
            for _ in 0..<2 { try await S3Client(client: client).deleteObject(bucket: "b", key: "k") }
            #expect(server.requests.map(\.target) == ["/credentials", "/b/k", "/credentials", "/b/k", "/b/k"])
            #expect(server.requests.last?.headers["X-Amz-Security-Token"] == "t")
        }
    }

    @Test(
        "After a refusal because of the date, requests are signed with the service's time",
        arguments: ["RequestTimeTooSkewed", "InvalidSignatureException", "SignatureDoesNotMatch"])
    func clockSkew(_ code: String) async throws {
        let theirs = Date().addingTimeInterval(-3600)
        let answer: LoopbackHTTPServer.Answer = { request in
            let signed = request.headers["X-Amz-Date"].flatMap { try? Date($0, strategy: Self.timestamp) }
            let isInTime = signed.map { abs($0.timeIntervalSince(theirs)) < 300 } ?? false
            let headers: HTTPHeaders = ["Date": Self.httpDate(theirs)]
            return isInTime ? .status(204) : .status(403, headers: headers, "<Error><Code>\(code)</Code></Error>")
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            for _ in 0..<2 { try await s3.deleteObject(bucket: "b", key: "k") }
            #expect(server.requests.count == 3)
        }
    }

    @Test("A refused signature with the correct time is not retried")
    func wrongSignature() async throws {
        let answer: LoopbackHTTPServer.Answer = { _ in
            .status(
                403, headers: ["Date": Self.httpDate(Date())],
                "<Error><Code>SignatureDoesNotMatch</Code></Error>")
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let error = await #expect(throws: AWSServiceError.self) { try await s3.deleteObject(bucket: "b", key: "k") }
            #expect(error?.errorClass == .permanent)
            #expect(server.requests.count == 1)
        }
    }

    private static let timestamp = Date.ISO8601FormatStyle(
        dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt)

    /// `Tue, 24 Nov 2026 15:53:19 GMT`
    private static func httpDate(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = .gmt
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: date)
    }

    @Test("A task that is cancelled during the delay before a retry ends at once")
    func cancelledBetweenAttempts() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let answer: LoopbackHTTPServer.Answer = { _ in
            arrived.yield()
            return .status(503)
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            let patient = RetryPolicy(
                maximumAttempts: 5, baseDelay: .seconds(3600), maximumDelay: .seconds(3600),
                maximumElapsed: .seconds(7200))
            let s3 = S3Client(client: try .loopback(url, http: http, retryPolicy: patient))
            let task = Task { try await s3.deleteObject(bucket: "b", key: "k") }
            for await _ in arrivals { break }
            task.cancel()
            await #expect(throws: (any Error).self) { try await task.value }
            #expect(server.requests.count == 1)
        }
    }
}
