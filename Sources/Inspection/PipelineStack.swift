// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement

/// The parts of a deployed pipeline, by the outputs of its stack. The stack of template/dicom-store-scp.yaml passes on
/// the outputs of its nested stacks, so both templates have them.
package struct PipelineStack: Sendable, Equatable {
    package let name: String
    package let bucket: String
    package let outputBucket: String
    package let table: String
    /// `nil`: the stack has no instance index.
    package let instanceTable: String?
    package let stateMachineARN: String
    /// Where a delivery goes that names none.
    package let datastoreID: String
    /// All that the pipeline may import into, the default first.
    package let datastoreIDs: [String]
    /// By the names of the queues in the template.
    package let queueURLs: [String: String]
    package let deadLetterQueueURLs: [String: String]
    package let functionLogGroups: [String]
    package let receiverLogGroup: String
    /// Whether the stack names the group of the receivers. Otherwise it is a guess, and may not exist.
    package let hasReceiver: Bool
    /// The time between two sweeps.
    package let recoveryMinutes: Int

    package static let queues = ["ImportQueue", "InboxQueue", "StartQueue"]

    package init(
        name: String, _ stack: CloudFormationClient.Stack, receiverLogGroup: String? = nil
    ) throws(InspectionError) {
        func output(_ output: String) throws(InspectionError) -> String {
            guard let value = stack.outputs[output] else { throw .noOutput(output, stack: name) }
            return value
        }
        self.name = name
        bucket = try output("DicomBucketName")
        outputBucket = try output("OutputBucketName")
        table = try output("TableName")
        instanceTable = stack.outputs["InstanceTableName"]
        stateMachineARN = try output("StateMachineArn")
        let datastoreID = try output("DatastoreId")
        self.datastoreID = datastoreID
        let further = (stack.outputs["AllowedDatastoreIds"] ?? "").split(separator: " ").map(String.init)
        datastoreIDs = [datastoreID] + further.filter { $0 != datastoreID }
        var queueURLs: [String: String] = [:]
        for queue in Self.queues { queueURLs[queue] = try output("\(queue)Url") }
        self.queueURLs = queueURLs
        deadLetterQueueURLs = [
            "ImportQueue": try output("ImportDeadLetterQueueUrl"), "InboxQueue": try output("InboxDeadLetterQueueUrl"),
        ]
        functionLogGroups = try output("PipelineLogGroupNames").split(separator: " ").map(String.init)
        let told = receiverLogGroup ?? stack.outputs["ReceiverLogGroupName"]
        hasReceiver = told != nil
        self.receiverLogGroup = told ?? "/ecs/\(name)"
        recoveryMinutes = stack.parameters["RecoveryMinutes"].flatMap { Int($0) } ?? 5
    }

    /// Asks CloudFormation.
    package static func read(
        name: String, receiverLogGroup: String? = nil, client: AWSClient
    ) async throws -> PipelineStack {
        do {
            let stack = try await CloudFormationClient(client: client).describeStack(name: name)
            return try PipelineStack(name: name, stack, receiverLogGroup: receiverLogGroup)
        } catch let error as AWSServiceError where error.code == "ValidationError" {
            throw InspectionError.noStack(name, region: client.configuration.region)
        }
    }

    package func executionARN(name: String) -> String {
        StepFunctionsClient.executionARN(stateMachineARN: stateMachineARN, name: name)
    }
}
