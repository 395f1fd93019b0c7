// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import ImportPipeline

/// What a redrive asks of AWS.
package protocol RedriveServices: Sendable {
    /// Of the executions in one of these states, the names.
    func executions(_ statuses: [StepFunctionsClient.ExecutionStatus]) async throws -> Pages<String>
    /// Items with one of these outcomes that no later attempt and no redrive took over.
    func items(_ outcomes: [ImportOutcome]) async throws -> Pages<[String: String]>
    /// Such items with any outcome but PENDING.
    func endedItems() async throws -> Pages<[String: String]>
    /// The input of an execution; `nil` if Step Functions does not know the execution any more.
    func input(ofExecution name: String) async throws -> String?
    func start(name: String, input: String) async throws
    /// Changes an item if it meets the condition; returns whether it did.
    func update(job: String, _ change: ItemChange) async throws -> Bool
    func deadLetters(of queue: String) async throws -> Int
    /// Up to ten dead letters of a queue, hidden from others for two minutes.
    func receiveDeadLetters(of queue: String) async throws -> [SQSClient.Message]
    func send(_ body: String, to queue: String) async throws
    func deleteDeadLetter(_ message: SQSClient.Message, of queue: String) async throws
}

/// A change of an item that another execution took over.
package struct ItemChange: Sendable, Equatable {
    /// The attributes that the item must have.
    package var expected: [ImportJobAttribute: String]
    package var set: [ImportJobAttribute: String]

    package init(expecting expected: [ImportJobAttribute: String], setting set: [ImportJobAttribute: String]) {
        self.expected = expected
        self.set = set
    }
}
