// SPDX-License-Identifier: Apache-2.0

extension Decoder {
    /// A container all of whose members must be known: otherwise a misspelt member would be treated as absent.
    func container<Key: CodingKey & CaseIterable>(ofAll: Key.Type) throws -> KeyedDecodingContainer<Key> {
        let names = Set(Key.allCases.map(\.stringValue))
        for key in try container(keyedBy: AnyKey.self).allKeys where !names.contains(key.stringValue) {
            throw DecodingError.dataCorrupted(
                DecodingError.Context(
                    codingPath: codingPath,
                    debugDescription:
                        "\"\(key.stringValue)\" is not known, expected \(names.sorted().joined(separator: ", "))"))
        }
        return try container(keyedBy: Key.self)
    }
}

private struct AnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
