// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The messages of an SQS queue.
package struct SQSMessages: HeldMessages {
    private let sqs: SQSClient
    private let queueURL: String

    package init(sqs: SQSClient, queueURL: String) {
        self.sqs = sqs
        self.queueURL = queueURL
    }

    package func putBack(_ message: QueueMessage, hiddenSeconds: Int) async throws {
        guard let receiptHandle = message.receiptHandle else { return }
        try await sqs.changeMessageVisibility(
            queueURL: queueURL, receiptHandle: receiptHandle, seconds: hiddenSeconds)
    }
}
