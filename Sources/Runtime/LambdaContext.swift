import FoundationEssentials
import Logging

/// What is known of one invocation beside its event.
package struct LambdaContext: Sendable {
    package let requestID: String
    package let deadline: Date
    package let invokedFunctionARN: String?
    package let traceID: String?
    /// JSON, as the caller gave it.
    package let clientContext: String?
    /// JSON, as the caller gave it.
    package let cognitoIdentity: String?
    package let tenantID: String?
    private let functionLogger: Logger

    package init(
        requestID: String, deadline: Date, invokedFunctionARN: String? = nil, traceID: String? = nil,
        clientContext: String? = nil, cognitoIdentity: String? = nil, tenantID: String? = nil, logger: Logger
    ) {
        self.requestID = requestID
        self.deadline = deadline
        self.invokedFunctionARN = invokedFunctionARN
        self.traceID = traceID
        self.clientContext = clientContext
        self.cognitoIdentity = cognitoIdentity
        self.tenantID = tenantID
        functionLogger = logger
    }

    /// The function's log; each line carries the request's id.
    package var logger: Logger {
        var logger = functionLogger
        logger[metadataKey: "requestId"] = "\(requestID)"
        return logger
    }

    /// What is left until Lambda ends the invocation.
    package func remainingTime(at now: Date = Date()) -> Duration {
        .seconds(max(0, deadline.timeIntervalSince(now)))
    }
}
