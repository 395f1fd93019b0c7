// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import Foundation
import HTTP
import Inspection
import Testing

@Suite("What is read of a stack and of its logs")
struct ReadingTests {
    private static let outputs = [
        "DicomBucketName", "OutputBucketName", "TableName", "StateMachineArn", "DatastoreId", "ImportQueueUrl",
        "InboxQueueUrl", "StartQueueUrl", "ImportDeadLetterQueueUrl", "InboxDeadLetterQueueUrl",
        "PipelineLogGroupNames",
    ]

    static func stack(without missing: String? = nil, and more: [String: String] = [:])
        -> CloudFormationClient.Stack
    {
        var outputs = Dictionary(
            uniqueKeysWithValues: outputs.map {
                ($0, $0 == "DicomBucketName" ? "bucket" : "arn:aws:states:r:a:stateMachine:m")
            })
        if let missing { outputs[missing] = nil }
        return .init(outputs: outputs.merging(more) { $1 }, parameters: ["RecoveryMinutes": "7"])
    }

    @Test("Each output that is missing is named, with what to do", arguments: outputs)
    func missing(_ output: String) {
        let error = #expect(throws: InspectionError.self) {
            try PipelineStack(name: "s", Self.stack(without: output))
        }
        #expect(error?.text.contains("has no output \(output)") == true && error?.advice.contains("--stack") == true)
    }

    @Test("The receiver's log group is told, or is the stack's, or is guessed")
    func receiver() throws {
        let guessed = try PipelineStack(name: "s", Self.stack())
        #expect(guessed.receiverLogGroup == "/ecs/s" && !guessed.hasReceiver && guessed.instanceTable == nil)
        let own = Self.stack(and: ["ReceiverLogGroupName": "/ecs/own", "InstanceTableName": "t"])
        #expect(try PipelineStack(name: "s", own).receiverLogGroup == "/ecs/own")
        #expect(try PipelineStack(name: "s", own, receiverLogGroup: "g").receiverLogGroup == "g")
        #expect(guessed.recoveryMinutes == 7)
        #expect(guessed.executionARN(name: "n") == "arn:aws:states:r:a:execution:m:n")
    }

    @Test("A line has its own time, level and message; what is not text is left out")
    func logLine() {
        let message =
            #"{"timestamp":"2026-11-23T18:00:00.500Z","level":"WARN","message":"m","deliveryId":"d","n":{"a":1}}"#
        let entry = LogEntry(.init(timestamp: 1, message: message), source: "CheckStatus")
        #expect(entry?.at == SampleSnapshot.opened.addingTimeInterval(0.5))
        #expect(entry?.level == "WARN" && entry?.message == "m" && entry?.metadata == ["deliveryId": "d"])
    }

    @Test(
        "A line that is not JSON, or has no message, is skipped",
        arguments: [
            "START RequestId: 1", #"{"time":"t","type":"platform.report","record":{}}"#, #"{"_aws":{}}"#, "[]", "{",
        ])
    func otherLine(_ message: String) {
        #expect(LogEntry(.init(timestamp: 1, message: message), source: "CheckStatus") == nil)
    }

    @Test(
        "A right that is missing is named as IAM calls it",
        arguments: [("ListObjectsV2", "s3:ListBucket"), ("Scan", "dynamodb:Scan")])
    func denied(_ operation: String, _ action: String) {
        let service = String(action.prefix { $0 != ":" })
        let error = AWSServiceError(
            service: service, operation: operation, statusCode: 403, code: "AccessDenied", message: "no")
        let explained = InspectionError.explaining(error, endpoint: nil)
        #expect(explained.text.contains("may not call \(action)") && explained.advice.contains("docs/command.md"))
    }

    @Test("Expired credentials and a service that does not answer are explained")
    func explained() {
        let expired = AWSServiceError(
            service: "s3", operation: "o", statusCode: 403, code: "ExpiredToken", message: "m")
        #expect(InspectionError.explaining(expired, endpoint: nil).advice.contains("sts get-caller-identity"))
        let lost = HTTPError.transferFailed(code: 7, reason: "Could not connect to server")
        #expect(InspectionError.explaining(lost, endpoint: "http://x").advice.contains("http://x"))
        #expect(InspectionError.explaining(lost, endpoint: nil).advice.contains("AWS_REGION"))
        #expect(InspectionError.explaining(CredentialsError.none, endpoint: nil).advice.contains("aws sso login"))
    }
}
