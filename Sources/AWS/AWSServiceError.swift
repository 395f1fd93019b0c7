import StructuredLog

/// A service's own answer that it did not do what was asked.
package struct AWSServiceError: NamedError, Equatable, CustomStringConvertible {
    package let service: String
    package let operation: String
    package let statusCode: Int
    /// The service's name for it, such as `ThrottlingException` or `NoSuchKey`.
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

    /// For an answer without a name in it, such as a load balancer's or one to a HEAD request.
    static func code(forUnnamed status: Int) -> String { status >= 500 ? "ServiceUnavailable" : "UnknownError" }

    var isCredentialsExpired: Bool { ["ExpiredToken", "ExpiredTokenException"].contains(code) }

    /// Perhaps for its date: the service's own answer has another.
    var isDateRefused: Bool { Self.dateCodes.contains(code) }

    private static let dateCodes: Set = [
        "RequestTimeTooSkewed", "RequestExpired", "RequestInTheFuture", "InvalidSignatureException",
        "SignatureDoesNotMatch", "AuthFailure",
    ]
    /// The service wants to be asked more slowly, or has as much to do as it may have.
    private static let busyCodes: Set = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown",
        "ServiceQuotaExceededException", "ExecutionLimitExceeded",
        // Of HealthImaging: something else works on the resource.
        "ConflictException",
    ]
    private static let transientCodes: Set = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalServerError",
        "InternalServerException", "TransactionInProgressException", "ConditionalRequestConflict",
        "OperationAborted",
    ]
}
