import FoundationEssentials

/// What the Runtime API says of an invocation in the header fields of `/next`.
struct InvocationHeaders: Equatable {
    private(set) var requestID: String?
    private(set) var deadline: Date?
    private(set) var invokedFunctionARN: String?
    private(set) var traceID: String?
    private(set) var clientContext: String?
    private(set) var cognitoIdentity: String?
    private(set) var tenantID: String?
    private(set) var invocationID: String?

    /// A field that means nothing here, or is empty, is passed over.
    mutating func take(_ field: HeaderField) {
        switch field.name.count {
        case 23 where field.isNamed("lambda-runtime-trace-id"): traceID = field.text
        case 26 where field.isNamed("lambda-runtime-deadline-ms"):
            deadline = Double(field.text ?? "").map { Date(timeIntervalSince1970: $0 / 1000) }
        case 28 where field.isNamed("lambda-runtime-aws-tenant-id"): tenantID = field.text
        case 28 where field.isNamed("lambda-runtime-invocation-id"): invocationID = field.text
        case 29 where field.isNamed("lambda-runtime-aws-request-id"): requestID = field.text
        case 29 where field.isNamed("lambda-runtime-client-context"): clientContext = field.text
        case 31 where field.isNamed("lambda-runtime-cognito-identity"): cognitoIdentity = field.text
        case 35 where field.isNamed("lambda-runtime-invoked-function-arn"): invokedFunctionARN = field.text
        default: break
        }
    }
}
