// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// An event of S3, sent by S3 itself or by EventBridge: the objects that were created. Removals and other events are
/// skipped.
struct S3Event: Decodable {
    let objects: [CreatedObject]

    private enum CodingKeys: String, CodingKey {
        case records = "Records"
        case event = "Event"
        case source
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let source = try container.decodeIfPresent(String.self, forKey: .source) {
            guard source == EventSource.eventBridgeS3 else {
                throw container.error(at: .source, expected: EventSource.unexpected(source))
            }
            objects = [try EventBridgeEvent(from: decoder).object].compactMap { $0 }
        } else if try container.decodeIfPresent(String.self, forKey: .event) == "s3:TestEvent" {
            // S3 sends it once when a notification is set up: it names no object.
            objects = []
        } else {
            objects = try container.decode([Record].self, forKey: .records).compactMap(\.object)
        }
    }

    private struct Record: Decodable {
        /// `nil` if the event is not the creation of an object.
        let object: CreatedObject?

        private enum CodingKeys: CodingKey {
            case eventSource, eventName, s3
        }

        private enum EntityKeys: CodingKey {
            case bucket, object
        }

        private enum ObjectKeys: CodingKey {
            case key, eTag
        }

        init(from decoder: any Decoder) throws {
            let record = try decoder.container(keyedBy: CodingKeys.self)
            if let source = try record.decodeIfPresent(String.self, forKey: .eventSource), source != EventSource.s3 {
                throw record.error(at: .eventSource, expected: EventSource.unexpected(source))
            }
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
                bucket: try entity.bucketName(.bucket), key: key, eTag: try described.textIfPresent(.eTag, .eTag))
        }
    }

    /// The keys in these events are not encoded.
    private struct EventBridgeEvent: Decodable {
        let object: CreatedObject?

        private enum CodingKeys: String, CodingKey {
            case detailType = "detail-type"
            case detail
        }

        private enum DetailKeys: CodingKey {
            case bucket, object
        }

        private enum ObjectKeys: CodingKey {
            case key, etag
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
                eTag: try described.textIfPresent(.eTag, .etag))
        }
    }
}

private enum BucketKeys: CodingKey {
    case name
}

extension KeyedDecodingContainer {
    /// The name of a bucket, from an object that holds it as `name`.
    fileprivate func bucketName(_ key: Key) throws -> String {
        try nestedContainer(keyedBy: BucketKeys.self, forKey: key).text(.bucket, .name)
    }
}

extension String {
    /// Decodes a key of S3's own events: `+` is a space, `%XX` is a byte. `nil` if the encoding is not valid.
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
