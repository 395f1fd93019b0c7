// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging

/// An event and the facts about it in the headers of the Runtime API's `/next`.
struct Invocation: Sendable {
    let event: [UInt8]
    let context: LambdaContext
    /// Sent back with the answer if the platform provided one.
    let invocationID: String?

    /// The longest timeout that Lambda allows.
    static let maximumSeconds: TimeInterval = 900

    /// Without a valid deadline, the invocation gets the longest timeout that Lambda allows.
    init(_ headers: InvocationHeaders, event: [UInt8], logger: Logger) throws(RuntimeAPIError) {
        // The id becomes part of a URL's path.
        guard let requestID = headers.requestID, requestID.utf8.allSatisfy(\.isAllowedInRequestID) else {
            throw .headerMissing("Lambda-Runtime-Aws-Request-Id")
        }
        if headers.deadline == nil {
            logger.warning("the invocation has no valid Lambda-Runtime-Deadline-Ms header")
        }
        self.event = event
        invocationID = headers.invocationID
        context = LambdaContext(
            requestID: requestID, deadline: headers.deadline ?? Date(timeIntervalSinceNow: Self.maximumSeconds),
            invokedFunctionARN: headers.invokedFunctionARN, traceID: headers.traceID,
            clientContext: headers.clientContext, cognitoIdentity: headers.cognitoIdentity,
            tenantID: headers.tenantID, logger: logger)
    }
}

extension UInt8 {
    fileprivate var isAllowedInRequestID: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
