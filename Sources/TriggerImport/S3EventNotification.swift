import FoundationEssentials

/// What S3 itself sends, to a function directly or as the text of a queue's message.
struct S3EventNotification: Decodable {
    let objects: [S3Object]

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
        objects = try container.decode([Record].self, forKey: .records)
            .filter { $0.eventName.hasPrefix("ObjectCreated:") }
            .map { try $0.object(codingPath: decoder.codingPath) }
    }

    private struct Record: Decodable {
        struct Entity: Decodable {
            struct Bucket: Decodable { let name: String }
            struct Object: Decodable {
                let key: String
                let size: Int
                let eTag: String
                let versionId: String?
                let sequencer: String?
            }
            let bucket: Bucket
            let object: Object
        }
        let eventName: String
        let eventTime: String
        let s3: Entity

        func object(codingPath: [any CodingKey]) throws -> S3Object {
            S3Object(
                bucket: s3.bucket.name, key: try s3.object.key.formDecoded(codingPath: codingPath),
                size: s3.object.size, eTag: s3.object.eTag, versionID: s3.object.versionId,
                sequencer: s3.object.sequencer, createdAt: try eventTime.eventDate(codingPath: codingPath))
        }
    }
}

/// What EventBridge sends of an object in S3; there keys are not encoded.
struct EventBridgeObjectCreated: Decodable {
    static let source = "aws.s3"

    let object: S3Object?

    private enum CodingKeys: String, CodingKey {
        case detailType = "detail-type"
        case time, detail
    }

    private struct Detail: Decodable {
        struct Bucket: Decodable { let name: String }
        struct Object: Decodable {
            enum CodingKeys: String, CodingKey {
                case key, size, etag, sequencer
                case versionID = "version-id"
            }
            let key: String
            let size: Int
            let etag: String
            let sequencer: String?
            let versionID: String?
        }
        let bucket: Bucket
        let object: Object
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard try container.decode(String.self, forKey: .detailType) == "Object Created" else {
            object = nil
            return
        }
        let detail = try container.decode(Detail.self, forKey: .detail)
        let time = try container.decode(String.self, forKey: .time)
        object = S3Object(
            bucket: detail.bucket.name, key: detail.object.key, size: detail.object.size,
            eTag: detail.object.etag, versionID: detail.object.versionID, sequencer: detail.object.sequencer,
            createdAt: try time.eventDate(codingPath: decoder.codingPath))
    }
}

extension String {
    /// Undoes the encoding of keys in S3's own events: `+` is a space, `%XX` a byte.
    fileprivate func formDecoded(codingPath: [any CodingKey]) throws -> String {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let decoded = UInt8(Substring(rest.prefix(2)), radix: 16), rest.count >= 2 else {
                    throw Self.malformed("expected two hexadecimal digits after % in an object's key", codingPath)
                }
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Self.malformed("expected UTF-8 in an object's key", codingPath)
        }
        return decoded
    }

    /// With or without fractions of a second.
    fileprivate func eventDate(codingPath: [any CodingKey]) throws -> Date {
        let styles = [Date.ISO8601FormatStyle(), Date.ISO8601FormatStyle(includingFractionalSeconds: true)]
        guard let date = styles.lazy.compactMap({ try? Date(self, strategy: $0) }).first else {
            throw Self.malformed("expected an event's time in ISO 8601", codingPath)
        }
        return date
    }

    private static func malformed(_ description: String, _ codingPath: [any CodingKey]) -> DecodingError {
        .dataCorrupted(.init(codingPath: codingPath, debugDescription: description))
    }
}
