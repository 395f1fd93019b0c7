// SPDX-License-Identifier: Apache-2.0

/// An event of S3 in any form in which it can arrive, or an event of a schedule.
package enum TriggerImportEvent: Decodable, Equatable, Sendable {
    /// From S3, EventBridge or a topic: the objects that were created.
    case objects([CreatedObject])
    /// From a queue: messages, each of which contains an event as text.
    case messages([QueueMessage])
    /// From a schedule: a sweep must run.
    case schedule

    private enum CodingKeys: String, CodingKey {
        case records = "Records"
        case source
    }

    private struct RecordSource: Decodable {
        let name: String?

        private enum CodingKeys: String, CodingKey {
            case eventSource
            case ofTopics = "EventSource"
        }

        init(from decoder: any Decoder) throws {
            let record = try decoder.container(keyedBy: CodingKeys.self)
            name =
                try record.decodeIfPresent(String.self, forKey: .eventSource)
                ?? record.decodeIfPresent(String.self, forKey: .ofTopics)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let source = try container.decodeIfPresent(String.self, forKey: .source),
            EventSource.schedules.contains(source)
        {
            self = .schedule
            return
        }
        switch try container.decodeIfPresent([RecordSource].self, forKey: .records)?.first?.name {
        case EventSource.sqs: self = .messages(try container.decode([QueueMessage].self, forKey: .records))
        case EventSource.sns:
            let records = try container.decode([TopicMessage.Record].self, forKey: .records)
            self = .objects(try records.flatMap { try $0.message.objects() })
        default: self = .objects(try S3Event(from: decoder).objects)
        }
    }
}
