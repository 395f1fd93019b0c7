import ByteComparison
import FoundationEssentials

extension Settings {
    /// JSON, either in the setting itself or in the file that it names. Nil when the setting is absent.
    ///
    /// Of what holds secrets an error repeats nothing.
    func json<Value: Decodable>(
        _ setting: Setting<String?>, as: Value.Type, holdsSecrets: Bool = false
    ) throws(ConfigurationError) -> Value? {
        guard let text = text(setting) else { return nil }
        let isInline = text.first { !$0.isWhitespace }.map { "[{".contains($0) } == true
        do {
            let bytes = isInline ? Data(text.utf8) : try Data(contentsOf: URL(filePath: text))
            return try JSONDecoder().decode(Value.self, from: bytes)
        } catch {
            let reason = holdsSecrets && error is DecodingError ? "it is not of that form" : Self.reason(error)
            throw ConfigurationError(
                // What is no absolute path can be JSON whose beginning got lost.
                name: setting.name, value: text.begins(with: "/") ? text : "…",
                expected: "JSON of its documented form, or a file of it: \(reason)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "the file cannot be read" }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context),
            .keyNotFound(_, let context):
            return (context.codingPath.map(\.stringValue) + [context.debugDescription]).joined(separator: ": ")
        @unknown default: return "it is not of that form"
        }
    }
}

extension Decoder {
    /// A container whose members are all known: one that is misspelt would otherwise be taken for absent.
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
