// SPDX-License-Identifier: Apache-2.0

import AWS

extension SQSClient {
    /// How many messages a queue holds, as far as SQS knows.
    package struct Counts: Sendable, Equatable {
        package var waiting: Int
        /// Received, and neither deleted nor visible again.
        package var inFlight: Int

        package init(waiting: Int, inFlight: Int) {
            self.waiting = waiting
            self.inFlight = inFlight
        }
    }

    package struct Message: Decodable, Sendable, Equatable {
        package let receiptHandle: String
        package let body: String

        package init(receiptHandle: String, body: String) {
            self.receiptHandle = receiptHandle
            self.body = body
        }

        private enum CodingKeys: String, CodingKey {
            case receiptHandle = "ReceiptHandle"
            case body = "Body"
        }
    }

    package func counts(queueURL: String) async throws -> Counts {
        let answer: Attributes = try await send(
            "GetQueueAttributes", GetQueueAttributes(QueueUrl: queueURL, AttributeNames: [Self.waiting, Self.inFlight]))
        func count(_ name: String) -> Int { answer.Attributes?[name].flatMap { Int($0) } ?? 0 }
        return Counts(waiting: count(Self.waiting), inFlight: count(Self.inFlight))
    }

    /// Up to ten messages, which are hidden for these seconds. A long poll asks all of the queue's servers.
    package func receiveMessages(
        queueURL: String, hiddenFor seconds: Int, waiting waitSeconds: Int
    ) async throws -> [Message] {
        let answer: Messages = try await send(
            "ReceiveMessage",
            ReceiveMessage(
                QueueUrl: queueURL, MaxNumberOfMessages: 10, VisibilityTimeout: seconds, WaitTimeSeconds: waitSeconds))
        return answer.Messages ?? []
    }

    package func sendMessage(queueURL: String, body: String) async throws {
        let _: Nothing = try await send("SendMessage", ["QueueUrl": queueURL, "MessageBody": body])
    }

    package func deleteMessage(queueURL: String, receiptHandle: String) async throws {
        let request = ["QueueUrl": queueURL, "ReceiptHandle": receiptHandle]
        try await client.send(self.request("DeleteMessage", request))
    }

    private static let (waiting, inFlight) = (
        "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"
    )

    private func send<Answer: Decodable>(_ operation: String, _ body: some Encodable) async throws -> Answer {
        try await client.answer(to: request(operation, body))
    }

    private func request(_ operation: String, _ body: some Encodable) throws -> AWSRequest {
        try .json(
            .sqs, target: "AmazonSQS", operation: operation, version: "1.0", body: body,
            configuration: client.configuration)
    }

    // Members are spelled as in the API.

    private struct GetQueueAttributes: Encodable {
        let QueueUrl: String
        let AttributeNames: [String]
    }

    private struct Attributes: Decodable {
        let Attributes: [String: String]?
    }

    private struct ReceiveMessage: Encodable {
        let QueueUrl: String
        let MaxNumberOfMessages: Int
        let VisibilityTimeout: Int
        let WaitTimeSeconds: Int
    }

    private struct Messages: Decodable {
        let Messages: [Message]?
    }

    private struct Nothing: Decodable {}
}
