// SPDX-License-Identifier: Apache-2.0

/// The names of a service in its endpoints, in signatures and in settings.
package struct AWSService: Sendable, Equatable {
    package let signingName: String
    /// The name in `https://{hostPrefix}.{region}.amazonaws.com` and similar URLs.
    let hostPrefix: String
    /// The name in `AWS_ENDPOINT_URL_{settingName}`.
    let settingName: String

    static let all = [s3, stepFunctions, dynamoDB, healthImaging, sqs, sts, cloudFormation, logs, eventBridge]

    package static let s3 = AWSService(signingName: "s3", hostPrefix: "s3", settingName: "S3")
    package static let stepFunctions = AWSService(signingName: "states", hostPrefix: "states", settingName: "SFN")
    package static let dynamoDB = AWSService(
        signingName: "dynamodb", hostPrefix: "dynamodb", settingName: "DYNAMODB")
    package static let sqs = AWSService(signingName: "sqs", hostPrefix: "sqs", settingName: "SQS")
    package static let sts = AWSService(signingName: "sts", hostPrefix: "sts", settingName: "STS")
    package static let cloudFormation = AWSService(
        signingName: "cloudformation", hostPrefix: "cloudformation", settingName: "CLOUDFORMATION")
    package static let logs = AWSService(signingName: "logs", hostPrefix: "logs", settingName: "CLOUDWATCH_LOGS")
    package static let eventBridge = AWSService(
        signingName: "events", hostPrefix: "events", settingName: "EVENTBRIDGE")
    package static let healthImaging = AWSService(
        signingName: "medical-imaging", hostPrefix: "medical-imaging", settingName: "MEDICAL_IMAGING")
}
