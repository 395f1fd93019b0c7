import FoundationEssentials
import Logging

/// An event with what the Runtime API's `/next` said of it in its headers.
struct Invocation: Sendable {
    let event: [UInt8]
    let context: LambdaContext
    /// To be sent back with the answer where the platform gave one.
    let invocationID: String?

    /// The longest time that Lambda gives a function.
    static let maximumSeconds: TimeInterval = 900

    /// Without a deadline the invocation is taken as if it had all the time that Lambda ever gives.
    init(_ headers: InvocationHeaders, event: [UInt8], logger: Logger) throws(RuntimeAPIError) {
        // It becomes part of a URL's path.
        guard let requestID = headers.requestID, requestID.utf8.allSatisfy(\.isAllowedInRequestID) else {
            throw .headerMissing("Lambda-Runtime-Aws-Request-Id")
        }
        if headers.deadline == nil {
            logger.warning("the invocation came without a valid Lambda-Runtime-Deadline-Ms")
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
