/// Amazon SQS, as far as it is used here: Lambda receives and deletes the messages.
package struct SQSClient: Sendable {
    private let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    /// Sets how long a message that was received stays hidden, from now on.
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

    // Spelled as the service has it.

    private struct ChangeMessageVisibility: Encodable {
        let QueueUrl: String
        let ReceiptHandle: String
        let VisibilityTimeout: Int
    }
}
