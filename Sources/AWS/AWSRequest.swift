// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP

/// One call of a service's operation, not yet signed.
package struct AWSRequest: Sendable {
    package let service: AWSService
    package let operation: String
    var http: HTTPRequest
    /// Reads an error in the format of this service; `nil` if the response is not an error.
    let error: @Sendable (HTTPResponse, AWSRequest) -> AWSServiceError?

    package init(
        service: AWSService, operation: String, http: HTTPRequest,
        error: @escaping @Sendable (HTTPResponse, AWSRequest) -> AWSServiceError?
    ) {
        self.service = service
        self.operation = operation
        self.http = http
        self.error = error
    }

    /// For JSON. Far more than the response of any operation used here.
    private static let maximumAnswerBytes = 8 << 20

    func error(in response: HTTPResponse) -> AWSServiceError? { error(response, self) }

    /// The same request, for which the error with this code is a valid response and not an error.
    func answered(by code: String) -> AWSRequest {
        AWSRequest(service: service, operation: operation, http: http) { [error] response, request in
            error(response, request).flatMap { $0.code == code ? nil : $0 }
        }
    }

    /// The same request, for which a response with a status of success may be an error, too.
    func failing(by refusal: @escaping @Sendable (HTTPResponse, AWSRequest) -> AWSServiceError?) -> AWSRequest {
        AWSRequest(service: service, operation: operation, http: http) { [error] response, request in
            error(response, request) ?? refusal(response, request)
        }
    }

    /// A request of the JSON protocols that name the operation in `X-Amz-Target`.
    package static func json(
        _ service: AWSService, target: String, operation: String, version: String, body: some Encodable,
        configuration: AWSConfiguration
    ) throws -> AWSRequest {
        var request = try restJSON(
            service, operation: operation, method: "POST", path: "/", body: body, configuration: configuration)
        request.http.headers["Content-Type"] = "application/x-amz-json-\(version)"
        request.http.headers["X-Amz-Target"] = "\(target).\(operation)"
        return request
    }

    /// A request of the `rest-json` protocol; the path must be encoded.
    static func restJSON(
        _ service: AWSService, operation: String, method: String, path: String, body: (some Encodable)?,
        configuration: AWSConfiguration
    ) throws -> AWSRequest {
        let endpoint = configuration.endpoint(of: service).url
        var http = HTTPRequest(
            method: method, url: endpoint + path, timeout: .seconds(10), maximumResponseBytes: maximumAnswerBytes)
        if let body {
            http.body = Array(try JSONEncoder().encode(body)) as [UInt8]
            http.headers["Content-Type"] = "application/json"
        }
        return AWSRequest(service: service, operation: operation, http: http, error: Self.jsonError)
    }

    /// The error's name is in a header or in the body. Some services put a namespace before it or a URL after it.
    private static func jsonError(in response: HTTPResponse, to request: AWSRequest) -> AWSServiceError? {
        guard !(200..<300).contains(response.status) else { return nil }
        struct Body: Decodable {
            let __type: String?
            let code: String?
            let message: String?
            let Message: String?
        }
        let body = try? JSONDecoder().decode(Body.self, from: Data(response.body))
        let name =
            response.headers["x-amzn-errortype"] ?? body?.__type ?? body?.code
            ?? AWSServiceError.code(forUnnamed: response.status)
        let withoutURL = name.prefix { $0 != ":" }
        let code = withoutURL.split(separator: "#").last ?? withoutURL
        return AWSServiceError(
            service: request.service.signingName, operation: request.operation, statusCode: response.status,
            code: String(code), message: body?.message ?? body?.Message ?? "no message",
            requestID: response.headers["x-amzn-requestid"])
    }
}
