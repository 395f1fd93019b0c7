/// An S3 event in any of the wrappings in which it can come, or a schedule's.
package enum TriggerImportEvent: Decodable, Equatable, Sendable {
    /// From S3 or EventBridge: the objects that were created.
    case objects([CreatedObject])
    /// Out of a queue: messages, each with an event as its text.
    case messages([QueueMessage])
    /// From a schedule of EventBridge: deliveries whose task is gone are to be closed.
    case schedule

    private enum CodingKeys: String, CodingKey {
        case records = "Records"
        case source
    }

    /// Of the event that a scheduled rule sends.
    private static let scheduleSource = "aws.events"

    private struct RecordSource: Decodable {
        /// `aws:s3`, `aws:sqs`.
        let eventSource: String
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let source = try container.decodeIfPresent(String.self, forKey: .source)
        if source == Self.scheduleSource {
            self = .schedule
        } else if source == EventBridgeObjectCreated.source {
            self = .objects([try EventBridgeObjectCreated(from: decoder).object].compactMap { $0 })
        } else if try container.decodeIfPresent([RecordSource].self, forKey: .records)?.first?.eventSource == "aws:sqs"
        {
            self = .messages(try container.decode([QueueMessage].self, forKey: .records))
        } else {
            self = .objects(try S3EventNotification(from: decoder).objects)
        }
    }
}
