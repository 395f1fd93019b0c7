// SPDX-License-Identifier: Apache-2.0

/// The operation of Amazon SQS that is used here. Lambda itself receives and deletes the messages.
package struct SQSClient: Sendable {
    package let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    /// Sets for how long, from now, a received message stays hidden.
    package func changeMessageVisibility(queueURL: String, receiptHandle: String, seconds: Int) async throws {
        let body = ChangeMessageVisibility(
            QueueUrl: queueURL, ReceiptHandle: receiptHandle, VisibilityTimeout: seconds)
        try await send("ChangeMessageVisibility", body)
    }

    private func send(_ operation: String, _ body: some Encodable) async throws {
        _ = try await client.send(
            .json(
                .sqs, target: "AmazonSQS", operation: operation, version: "1.0", body: body,
                configuration: client.configuration))
    }

    // Members are spelled as in the API.

    private struct ChangeMessageVisibility: Encodable {
        let QueueUrl: String
        let ReceiptHandle: String
        let VisibilityTimeout: Int
    }
}
