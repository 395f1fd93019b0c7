// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging

/// The facts about an invocation other than its event.
package struct LambdaContext: Sendable {
    package let requestID: String
    package let deadline: Date
    package let invokedFunctionARN: String?
    package let traceID: String?
    /// JSON from the caller, unchanged.
    package let clientContext: String?
    /// JSON, unchanged.
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

    /// The function's log. Each line contains the request id.
    package var logger: Logger {
        var logger = functionLogger
        logger[metadataKey: "requestId"] = "\(requestID)"
        return logger
    }

    /// The time until the deadline; zero after it.
    package func remainingTime(at now: Date = Date()) -> Duration {
        .seconds(max(0, deadline.timeIntervalSince(now)))
    }
}
