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
