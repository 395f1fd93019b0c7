// SPDX-License-Identifier: Apache-2.0

/// An SQS message as Lambda passes it to a function.
package struct QueueMessage: Decodable, Equatable, Sendable {
    package let messageId: String
    /// Identifies this receipt of the message to the queue; `nil` in an event that was written by hand.
    package let receiptHandle: String?
    package let body: String

    package init(messageId: String, receiptHandle: String? = nil, body: String) {
        self.messageId = messageId
        self.receiptHandle = receiptHandle
        self.body = body
    }

    /// The objects of the event in the message. The event comes from S3 or EventBridge, possibly through a topic.
    package func objects() throws(DocumentError) -> [CreatedObject] {
        try PipelineJSON.decode(Carried.self, from: Array(body.utf8)).objects
    }

    private struct Carried: Decodable {
        let objects: [CreatedObject]

        private enum CodingKeys: String, CodingKey {
            case type = "Type"
        }

        init(from decoder: any Decoder) throws {
            let type = try? decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .type)
            objects =
                type == "Notification"
                ? try TopicMessage(from: decoder).objects() : try S3Event(from: decoder).objects
        }
    }
}
