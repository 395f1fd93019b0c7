/// A message of SQS as Lambda hands it over.
package struct QueueMessage: Decodable, Equatable, Sendable {
    package let messageId: String
    package let body: String

    package init(messageId: String, body: String) {
        self.messageId = messageId
        self.body = body
    }

    /// The objects of the event that the message carries. A message can carry no queue's messages.
    package func objects() throws(DocumentError) -> [CreatedObject] {
        switch try PipelineJSON.decode(TriggerImportEvent.self, from: Array(body.utf8)) {
        case .objects(let objects): return objects
        case .messages, .schedule: throw DocumentError(expected: "an S3 event in the message, and no other event")
        }
    }
}
