// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// A service's response that it did not carry out the request.
package struct AWSServiceError: NamedError, Equatable, CustomStringConvertible {
    package let service: String
    package let operation: String
    package let statusCode: Int
    /// The service's name for the error, such as `ThrottlingException` or `NoSuchKey`.
    package let code: String
    package let message: String
    package let requestID: String?

    package init(
        service: String, operation: String, statusCode: Int, code: String, message: String, requestID: String? = nil
    ) {
        self.service = service
        self.operation = operation
        self.statusCode = statusCode
        self.code = code
        self.message = message
        self.requestID = requestID
    }

    package var errorName: String { code }

    package var description: String {
        "\(service) \(operation): \(code) (status \(statusCode)): \(message)"
            + (requestID.map { " [request \($0)]" } ?? "")
    }

    package var errorClass: ErrorClass? {
        if [402, 429].contains(statusCode) || Self.busyCodes.contains(code) { return .busy }
        if [500, 502, 503, 504].contains(statusCode) || isCredentialsExpired || Self.transientCodes.contains(code) {
            return .transient
        }
        return .permanent
    }

    /// The code for a response that does not name an error, such as that of a load balancer or to a HEAD request.
    static func code(forUnnamed status: Int) -> String { status >= 500 ? "ServiceUnavailable" : "UnknownError" }

    var isCredentialsExpired: Bool { ["ExpiredToken", "ExpiredTokenException"].contains(code) }

    /// Whether a wrong date may be the reason. The `Date` header of the response shows the service's time.
    var isDateRefused: Bool { Self.dateCodes.contains(code) }

    private static let dateCodes: Set = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]
    /// The service throttles requests, or a quota is used up.
    private static let busyCodes: Set = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown",
        "ServiceQuotaExceededException", "ExecutionLimitExceeded",
        // HealthImaging: another operation is changing the resource.
        "ConflictException",
    ]
    private static let transientCodes: Set = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalServerError",
        "InternalServerException", "TransactionInProgressException", "ConditionalRequestConflict",
        "OperationAborted", "InternalFailure", "InternalException",
    ]
}
