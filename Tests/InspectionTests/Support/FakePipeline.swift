// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import Foundation
import ImportPipeline
import Inspection

/// The services of a redrive in memory. They can fail after a number of requests, as if the command was killed.
final class FakePipeline: RedriveServices, @unchecked Sendable {
    struct Interrupted: Error {}

    struct Execution {
        var status: StepFunctionsClient.ExecutionStatus
        var input: String
    }

    // One test uses it, one request after another.
    var items: [String: [String: String]] = [:]
    var executions: [String: Execution] = [:]
    var deadLetters: [String: [String]] = [:]
    var hidden: [String: [String]] = [:]
    var queues: [String: [String]] = [:]
    /// `nil`: no limit.
    var requestsLeft: Int?
    /// Called before each update of an item, as if another process came first.
    var beforeUpdate: (() -> Void)?
    private var count = 0

    private func request() throws {
        guard let left = requestsLeft else { return }
        guard left > 0 else { throw Interrupted() }
        requestsLeft = left - 1
    }

    /// Adds an import, and returns its name.
    @discardableResult
    func add(
        _ outcome: ImportOutcome?, _ attributes: [ImportJobAttribute: String] = [:],
        status: StepFunctionsClient.ExecutionStatus = .failed, studies: Int = 1
    ) -> String {
        count += 1
        let name = "20261123T180000-0123456789abcdef012345\(count + 10)"
        let study = studies == 1 ? #""studyInstanceUID":"1.2","# : ""
        executions[name] = Execution(
            status: outcome == .imported ? .succeeded : status,
            input: """
                {"deliveryId":"\(name)","importId":"\(name)","manifestKey":"deliveries/\(name).json",\(study)\
                "inputS3Uri":"s3://bucket/2026/11/23/\(name)/","outputS3Uri":"s3://output/\(name)/",\
                "studyCount":\(studies),"instanceCount":10}
                """)
        guard let outcome else { return name }
        var item = ["jobId": "job\(count)", "outputS3Uri": "s3://output/\(name)/", "outcome": outcome.rawValue]
        if outcome != .pending { item["endedAt"] = "2026-11-23T18:00:00Z" }
        for (attribute, value) in attributes { item[attribute.rawValue] = value }
        items["job\(count)"] = item
        return name
    }

    func item(_ name: String) -> JobItem? {
        items.values.compactMap { JobItem($0) }.first { $0.importID.description == name }
    }

    func set(_ name: String, _ attribute: ImportJobAttribute, _ value: String) {
        guard let job = item(name)?[.jobId] else { return }
        items[job]?[attribute.rawValue] = value
    }

    func redriveAll(at now: Date) async throws -> [RedriveResult] {
        let redrive = Redrive(self, at: now)
        var results: [RedriveResult] = []
        try await redrive.start(try await redrive.list()) { results.append($0) }
        for queue in Redrive.queues { _ = try await redrive.moveDeadLetters(of: queue) }
        return results
    }

    func endVisibilityTimeouts() {
        for (queue, bodies) in hidden { deadLetters[queue, default: []] += bodies }
        hidden = [:]
    }

    // MARK: RedriveServices

    func executions(_ statuses: [StepFunctionsClient.ExecutionStatus]) async throws -> Pages<String> {
        try request()
        return Pages(executions.filter { statuses.contains($0.value.status) }.map(\.key))
    }

    func items(_ outcomes: [ImportOutcome]) async throws -> Pages<[String: String]> {
        try request()
        return Pages(listed { it in outcomes.contains { $0.rawValue == it["outcome"] } })
    }

    func endedItems() async throws -> Pages<[String: String]> {
        try request()
        return Pages(listed { $0["outcome"] != ImportOutcome.pending.rawValue })
    }

    private func listed(_ condition: ([String: String]) -> Bool) -> [[String: String]] {
        items.values.filter { $0["startedAgain"] == nil && $0["redrivenAs"] == nil && condition($0) }
    }

    func input(ofExecution name: String) async throws -> String? {
        try request()
        return executions[name]?.input
    }

    func start(name: String, input: String) async throws {
        try request()
        executions[name] = Execution(status: .running, input: input)
    }

    func update(job: String, _ change: ItemChange) async throws -> Bool {
        try request()
        beforeUpdate?()
        guard change.expected.allSatisfy({ items[job]?[$0.key.rawValue] == $0.value }) else { return false }
        for (attribute, value) in change.set { items[job]?[attribute.rawValue] = value }
        return true
    }

    func deadLetters(of queue: String) async throws -> Int {
        try request()
        return deadLetters[queue]?.count ?? 0
    }

    func receiveDeadLetters(of queue: String) async throws -> [SQSClient.Message] {
        try request()
        let bodies = deadLetters[queue] ?? []
        deadLetters[queue] = []
        hidden[queue, default: []] += bodies
        return bodies.map { .init(receiptHandle: $0, body: $0) }
    }

    func send(_ body: String, to queue: String) async throws {
        try request()
        queues[queue, default: []].append(body)
    }

    func deleteDeadLetter(_ message: SQSClient.Message, of queue: String) async throws {
        try request()
        hidden[queue]?.removeAll { $0 == message.receiptHandle }
    }
}
