import FoundationEssentials

/// An S3 event in any of the wrappings in which it can come.
enum TriggerImportEvent: Decodable {
    /// From S3 or EventBridge: the objects that were created.
    case objects([S3Object])
    /// Out of a queue: messages, each with an event as its text.
    case messages([QueueMessage])

    private enum CodingKeys: String, CodingKey {
        case records = "Records"
        case source
    }

    private struct RecordSource: Decodable {
        /// `aws:s3`, `aws:sqs`.
        let eventSource: String
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if try container.decodeIfPresent(String.self, forKey: .source) == EventBridgeObjectCreated.source {
            self = .objects([try EventBridgeObjectCreated(from: decoder).object].compactMap { $0 })
        } else if try container.decodeIfPresent([RecordSource].self, forKey: .records)?.first?.eventSource == "aws:sqs"
        {
            self = .messages(try container.decode([QueueMessage].self, forKey: .records))
        } else {
            self = .objects(try S3EventNotification(from: decoder).objects)
        }
    }
}

/// A message of SQS as Lambda hands it over.
struct QueueMessage: Decodable {
    let messageId: String
    let body: String

    /// The objects of the event that the message carries. A message can carry no queue's messages.
    func objects() throws -> [S3Object] {
        switch try JSONDecoder().decode(TriggerImportEvent.self, from: Data(body.utf8)) {
        case .objects(let objects): objects
        case .messages:
            throw DecodingError.dataCorrupted(
                .init(codingPath: [], debugDescription: "expected an S3 event in the message, not a queue's messages"))
        }
    }
}
