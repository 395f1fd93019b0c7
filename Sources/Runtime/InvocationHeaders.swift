// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HTTP

/// The facts about an invocation in the header fields of the Runtime API's `/next`.
struct InvocationHeaders: Equatable {
    private(set) var requestID: String?
    private(set) var deadline: Date?
    private(set) var invokedFunctionARN: String?
    private(set) var traceID: String?
    private(set) var clientContext: String?
    private(set) var cognitoIdentity: String?
    private(set) var tenantID: String?
    private(set) var invocationID: String?

    /// Takes the value of a known field. Other fields are ignored.
    mutating func take(_ field: HeaderField) {
        switch field {
        case _ where field.isNamed("lambda-runtime-aws-request-id"): requestID = field.text
        case _ where field.isNamed("lambda-runtime-deadline-ms"):
            deadline = Int(field.text ?? "").flatMap(Self.deadline)
        case _ where field.isNamed("lambda-runtime-invoked-function-arn"): invokedFunctionARN = field.text
        case _ where field.isNamed("lambda-runtime-trace-id"): traceID = field.text
        case _ where field.isNamed("lambda-runtime-client-context"): clientContext = field.text
        case _ where field.isNamed("lambda-runtime-cognito-identity"): cognitoIdentity = field.text
        case _ where field.isNamed("lambda-runtime-aws-tenant-id"): tenantID = field.text
        case _ where field.isNamed("lambda-runtime-invocation-id"): invocationID = field.text
        default: break
        }
    }

    /// `nil` if the number cannot be a deadline, such as one after the year 9999.
    private static func deadline(milliseconds: Int) -> Date? {
        guard (0..<253_402_300_800_000).contains(milliseconds) else { return nil }
        return Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}
