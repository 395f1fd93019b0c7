import ByteComparison
import FoundationEssentials

/// What S3 itself sends, to a function directly or as the text of a queue's message.
struct S3EventNotification: Decodable {
    let objects: [CreatedObject]

    private enum CodingKeys: String, CodingKey {
        case records = "Records"
        case event = "Event"
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        // Sent once when a notification is set up: it is of no object.
        if try container.decodeIfPresent(String.self, forKey: .event) == "s3:TestEvent" {
            objects = []
            return
        }
        objects = try container.decode([Record].self, forKey: .records).compactMap(\.object)
    }

    private struct Record: Decodable {
        /// nil where something else has happened to it.
        let object: CreatedObject?

        private enum CodingKeys: CodingKey {
            case eventName, eventTime, s3
        }

        private enum EntityKeys: CodingKey {
            case bucket, object
        }

        private enum ObjectKeys: CodingKey {
            case key, size, eTag, versionId, sequencer
        }

        init(from decoder: any Decoder) throws {
            let record = try decoder.container(keyedBy: CodingKeys.self)
            guard try record.decode(String.self, forKey: .eventName).begins(with: "ObjectCreated:") else {
                object = nil
                return
            }
            let entity = try record.nestedContainer(keyedBy: EntityKeys.self, forKey: .s3)
            let described = try entity.nestedContainer(keyedBy: ObjectKeys.self, forKey: .object)
            guard let key = try described.decode(String.self, forKey: .key).formDecoded else {
                throw described.error(
                    at: .key, expected: "an object's key in UTF-8, with two hexadecimal digits after each %")
            }
            guard TextRule.objectKey.allows(key) else {
                throw described.error(at: .key, expected: TextRule.objectKey.expected)
            }
            object = CreatedObject(
                bucket: try entity.bucketName(.bucket), key: key, size: try described.integer(in: 0...Int.max, .size),
                eTag: try described.text(.eTag, .eTag),
                versionID: try described.decodeIfPresent(String.self, forKey: .versionId),
                sequencer: try described.decodeIfPresent(String.self, forKey: .sequencer),
                createdAt: try record.eventDate(.eventTime))
        }
    }
}

/// What EventBridge sends of an object in S3; there keys are not encoded.
struct EventBridgeObjectCreated: Decodable {
    static let source = "aws.s3"

    let object: CreatedObject?

    private enum CodingKeys: String, CodingKey {
        case detailType = "detail-type"
        case time, detail
    }

    private enum DetailKeys: CodingKey {
        case bucket, object
    }

    private enum ObjectKeys: String, CodingKey {
        case key, size, etag, sequencer
        case versionID = "version-id"
    }

    init(from decoder: any Decoder) throws {
        let event = try decoder.container(keyedBy: CodingKeys.self)
        guard try event.decode(String.self, forKey: .detailType) == "Object Created" else {
            object = nil
            return
        }
        let detail = try event.nestedContainer(keyedBy: DetailKeys.self, forKey: .detail)
        let described = try detail.nestedContainer(keyedBy: ObjectKeys.self, forKey: .object)
        object = CreatedObject(
            bucket: try detail.bucketName(.bucket), key: try described.text(.objectKey, .key),
            size: try described.integer(in: 0...Int.max, .size), eTag: try described.text(.eTag, .etag),
            versionID: try described.decodeIfPresent(String.self, forKey: .versionID),
            sequencer: try described.decodeIfPresent(String.self, forKey: .sequencer),
            createdAt: try event.eventDate(.time))
    }
}

private enum BucketKeys: CodingKey {
    case name
}

extension KeyedDecodingContainer {
    /// Of an object that holds it as `name`.
    fileprivate func bucketName(_ key: Key) throws -> String {
        try nestedContainer(keyedBy: BucketKeys.self, forKey: key).text(.bucket, .name)
    }

    /// In ISO 8601, with or without fractions of a second.
    fileprivate func eventDate(_ key: Key) throws -> Date {
        let text = try decode(String.self, forKey: key)
        let styles = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)]
        guard let date = styles.lazy.compactMap({ try? Date(text, strategy: $0) }).first,
            DocumentLimits.times.contains(date)
        else { throw error(at: key, expected: "an event's time in ISO 8601") }
        return date
    }
}

extension String {
    /// Without the encoding of keys in S3's own events: `+` is a space, `%XX` a byte. nil where it is broken.
    fileprivate var formDecoded: String? {
        var bytes: [UInt8] = []
        var rest = Array(utf8)[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else {
                    return nil
                }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
