// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ImportPipeline

/// The services of one stack.
package struct StackRedriveServices: RedriveServices {
    private static let hiddenSeconds = 120
    /// A long poll asks all of the queue's servers.
    private static let waitSeconds = 2

    private let stack: PipelineStack
    private let stepFunctions: StepFunctionsClient
    private let dynamoDB: DynamoDBClient
    private let sqs: SQSClient

    package init(stack: PipelineStack, client: AWSClient) {
        self.stack = stack
        stepFunctions = StepFunctionsClient(client: client)
        dynamoDB = DynamoDBClient(client: client)
        sqs = SQSClient(client: client)
    }

    package func executions(_ statuses: [StepFunctionsClient.ExecutionStatus]) async throws -> Pages<String> {
        var names = Pages<String>([])
        for status in statuses {
            let pages = try await stepFunctions.listExecutions(
                stateMachineARN: stack.stateMachineARN, status: status,
                maximumPages: InspectionLimits.redriveExecutionPages)
            names.elements += pages.elements.map(\.name)
            names.isComplete = names.isComplete && pages.isComplete
        }
        return names
    }

    package func items(_ outcomes: [ImportOutcome]) async throws -> Pages<[String: String]> {
        let values = Dictionary(uniqueKeysWithValues: outcomes.enumerated().map { (":o\($0)", $1.rawValue) })
        return try await scan("#outcome IN (\(values.keys.sorted().joined(separator: ", ")))", values)
    }

    package func endedItems() async throws -> Pages<[String: String]> {
        try await scan("#outcome <> :pending", [":pending": ImportOutcome.pending.rawValue])
    }

    private func scan(_ condition: String, _ values: [String: String]) async throws -> Pages<[String: String]> {
        let attributes: [ImportJobAttribute] = [.outcome, .startedAgain, .redrivenAs]
        let pages = try await dynamoDB.scan(
            table: stack.table,
            where: .init(
                "\(condition) AND attribute_not_exists(#startedAgain) AND attribute_not_exists(#redrivenAs)",
                names: Dictionary(uniqueKeysWithValues: attributes.map { ("#\($0.rawValue)", $0.rawValue) }),
                values: values),
            maximumPages: InspectionLimits.tablePages)
        return Pages(pages.elements.map { $0.compactMapValues(\.text) }, isComplete: pages.isComplete)
    }

    package func input(ofExecution name: String) async throws -> String? {
        try await stepFunctions.describeExecution(executionARN: stack.executionARN(name: name))?.input
    }

    package func start(name: String, input: String) async throws {
        try await stepFunctions.startExecution(stateMachineARN: stack.stateMachineARN, name: name, input: input)
    }

    package func update(job: String, _ change: ItemChange) async throws -> Bool {
        let set = change.set.sorted { $0.key.rawValue < $1.key.rawValue }
        let expected = change.expected.sorted { $0.key.rawValue < $1.key.rawValue }
        var values: [String: String] = [:]
        for (attribute, value) in set { values[":new_\(attribute.rawValue)"] = value }
        for (attribute, value) in expected { values[":old_\(attribute.rawValue)"] = value }
        let names = (set + expected).map(\.key.rawValue).map { ("#\($0)", $0) }
        return try await dynamoDB.updateItem(
            table: stack.table, key: (ImportJobAttribute.jobId.rawValue, job),
            setting: "SET "
                + set.map { "#\($0.key.rawValue) = :new_\($0.key.rawValue)" }.joined(separator: ", "),
            if: .init(
                expected.map { "#\($0.key.rawValue) = :old_\($0.key.rawValue)" }.joined(separator: " AND "),
                names: Dictionary(names) { first, _ in first }, values: values))
    }

    package func deadLetters(of queue: String) async throws -> Int {
        try await sqs.counts(queueURL: deadLetterURL(queue)).waiting
    }

    package func receiveDeadLetters(of queue: String) async throws -> [SQSClient.Message] {
        try await sqs.receiveMessages(
            queueURL: deadLetterURL(queue), hiddenFor: Self.hiddenSeconds, waiting: Self.waitSeconds)
    }

    package func send(_ body: String, to queue: String) async throws {
        try await sqs.sendMessage(queueURL: stack.queueURLs[queue] ?? "", body: body)
    }

    package func deleteDeadLetter(_ message: SQSClient.Message, of queue: String) async throws {
        try await sqs.deleteMessage(queueURL: deadLetterURL(queue), receiptHandle: message.receiptHandle)
    }

    private func deadLetterURL(_ queue: String) -> String { stack.deadLetterQueueURLs[queue] ?? "" }
}
