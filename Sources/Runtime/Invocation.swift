import FoundationEssentials
import HTTP
import Logging

/// An event with what the Runtime API's `/next` said of it in its headers.
struct Invocation: Sendable {
    let event: [UInt8]
    let context: LambdaContext
    /// To be sent back with the answer where the platform gave one.
    let invocationID: String?

    init(_ response: HTTPResponse, logger: Logger) throws(RuntimeAPIError) {
        let headers = response.headers
        guard let requestID = headers["Lambda-Runtime-Aws-Request-Id"], !requestID.isEmpty else {
            throw .headerMissing("Lambda-Runtime-Aws-Request-Id")
        }
        guard let deadline = headers["Lambda-Runtime-Deadline-Ms"].flatMap(Double.init) else {
            throw .headerMissing("Lambda-Runtime-Deadline-Ms")
        }
        event = response.body
        invocationID = headers["Lambda-Runtime-Invocation-Id"]
        context = LambdaContext(
            requestID: requestID,
            deadline: Date(timeIntervalSince1970: deadline / 1000),
            invokedFunctionARN: headers["Lambda-Runtime-Invoked-Function-Arn"],
            traceID: headers["Lambda-Runtime-Trace-Id"],
            clientContext: headers["Lambda-Runtime-Client-Context"],
            cognitoIdentity: headers["Lambda-Runtime-Cognito-Identity"],
            tenantID: headers["Lambda-Runtime-Aws-Tenant-Id"],
            logger: logger)
    }
}
