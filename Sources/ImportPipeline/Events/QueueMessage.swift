// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// An SQS message as Lambda passes it to a function.
package struct QueueMessage: Decodable, Equatable, Sendable {
    package let messageId: String
    /// Identifies this receipt of the message to the queue; `nil` in an event that was written by hand.
    package let receiptHandle: String?
    package let body: String
    private let attributes: Attributes?

    package init(
        messageId: String, receiptHandle: String? = nil, body: String, receiveCount: Int = 1,
        firstReceivedAt: Date? = nil
    ) {
        self.messageId = messageId
        self.receiptHandle = receiptHandle
        self.body = body
        attributes = Attributes(
            ApproximateReceiveCount: "\(receiveCount)",
            ApproximateFirstReceiveTimestamp: firstReceivedAt.map { "\(Int($0.timeIntervalSince1970 * 1_000))" })
    }

    /// How often the queue has delivered it, with this time.
    package var receiveCount: Int { attributes?.ApproximateReceiveCount.flatMap { Int($0) } ?? 1 }

    /// When the queue delivered it for the first time; `nil` in an event that was written by hand.
    package var firstReceivedAt: Date? {
        attributes?.ApproximateFirstReceiveTimestamp.flatMap { Double($0) }
            .map { Date(timeIntervalSince1970: $0 / 1_000) }
    }

    // Members are spelled as in the event.
    private struct Attributes: Decodable, Equatable {
        let ApproximateReceiveCount: String?
        /// Milliseconds.
        let ApproximateFirstReceiveTimestamp: String?
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
