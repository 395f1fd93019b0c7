/// A message of SQS as Lambda hands it over.
package struct QueueMessage: Decodable, Equatable, Sendable {
    package let messageId: String
    package let body: String

    package init(messageId: String, body: String) {
        self.messageId = messageId
        self.body = body
    }

    /// The objects of the event that the message carries, from S3 or EventBridge, perhaps by a topic.
    package func objects() throws(DocumentError) -> [CreatedObject] {
        let bytes = Array(body.utf8)
        if let kind = try? PipelineJSON.decode(Envelope.self, from: bytes), kind.Type == "Notification" {
            return try PipelineJSON.decode(TopicMessage.self, from: bytes).objects()
        }
        return try PipelineJSON.decode(S3Event.self, from: bytes).objects
    }

    /// As SNS spells it.
    private struct Envelope: Decodable {
        let `Type`: String
    }
}
