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

    /// The service wants to be asked more slowly.
    package var isThrottling: Bool { statusCode == 429 || Self.throttlingCodes.contains(code) }

    /// The same request may succeed when it is sent again.
    package var isTransient: Bool {
        isThrottling || isCredentialsExpired || [500, 502, 503, 504].contains(statusCode)
            || Self.transientCodes.contains(code)
    }

    /// For an answer without a name in it, such as a load balancer's or one to a HEAD request.
    static func code(forUnnamed status: Int) -> String { status >= 500 ? "ServiceUnavailable" : "UnknownError" }

    var isCredentialsExpired: Bool { ["ExpiredToken", "ExpiredTokenException"].contains(code) }

    private static let throttlingCodes: Set = [
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "TooManyRequestsException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "SlowDown",
    ]
    private static let transientCodes: Set = [
        "RequestTimeout", "RequestTimeoutException", "InternalError", "InternalServerError",
        "InternalServerException", "TransactionInProgressException", "ConditionalRequestConflict",
        "OperationAborted",
    ]
}
