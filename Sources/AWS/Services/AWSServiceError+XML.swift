// SPDX-License-Identifier: Apache-2.0

import HTTP

extension AWSServiceError {
    /// The error of a service that answers in XML.
    package init(xml response: HTTPResponse, to request: AWSRequest, statusCode: Int, requestIDHeader: String) {
        self.init(
            service: request.service.signingName, operation: request.operation, statusCode: statusCode,
            code: S3XML.text(of: "Code", in: response.body) ?? Self.code(forUnnamed: response.status),
            message: S3XML.text(of: "Message", in: response.body) ?? "no message",
            requestID: response.headers[requestIDHeader])
    }
}
