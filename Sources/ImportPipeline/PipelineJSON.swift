// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The form of the documents that parts of the system exchange: dates in ISO 8601, keys in a fixed order.
package enum PipelineJSON {
    package static func encode(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(value))
    }

    /// A document of more than `DocumentLimits.maximumBytes` is refused before it is parsed.
    package static func decode<Value: Decodable>(_: Value.Type, from bytes: [UInt8]) throws(DocumentError) -> Value {
        guard bytes.count <= DocumentLimits.maximumBytes else {
            throw DocumentError(expected: "at most \(DocumentLimits.maximumBytes) bytes, but it has \(bytes.count)")
        }
        try JSONForm.check(bytes)
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        do {
            return try decoder.decode(Value.self, from: Data(bytes))
        } catch let error as DocumentError {
            throw error
        } catch let error as DecodingError {
            throw DocumentError(error)
        } catch {
            throw DocumentError(expected: "JSON")
        }
    }

    /// `2026-11-23T23:51:52Z`, the form in the table and in documents.
    package static func timestamp(_ date: Date) -> String { date.formatted(.iso8601) }
}
