// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Logging

/// One log event as bytes that end with a newline.
struct LogLine {
    let timestamp: Date
    let level: Logger.Level
    let message: String
    let fields: Logger.Metadata

    var json: [UInt8] {
        var object = fields.mapValues(JSONValue.init)
        object["timestamp"] = .string(formattedTimestamp)
        object["level"] = .string(level.lambdaName)
        object["message"] = .string(message)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // This cannot fail: all values are strings, or arrays and dictionaries of them.
        let encoded = (try? encoder.encode(object)) ?? Data()
        return Array(encoded) + [UInt8(ascii: "\n")]
    }

    var text: [UInt8] {
        var line = "\(formattedTimestamp) \(level.lambdaName) \(message)"
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(value)" }
        // A line break in a value would otherwise start a new line, which could be a forged log line.
        line = line.split(omittingEmptySubsequences: false) { $0.isNewline }.joined(separator: "\\n")
        return Array("\(line)\n".utf8)
    }

    private var formattedTimestamp: String {
        timestamp.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

/// A metadata value as JSON.
private enum JSONValue: Encodable {
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(_ value: Logger.MetadataValue) {
        switch value {
        case .string(let string): self = .string(string)
        case .stringConvertible(let value): self = .string(value.description)
        case .array(let values): self = .array(values.map(JSONValue.init))
        case .dictionary(let values): self = .object(values.mapValues(JSONValue.init))
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .string(let string): try container.encode(string)
        case .array(let values): try container.encode(values)
        case .object(let values): try container.encode(values)
        }
    }
}
