// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials

extension Settings {
    /// JSON, either in the setting itself or in the file that it names. `nil` when the setting is absent.
    ///
    /// If the setting holds secrets, an error repeats none of its content.
    func json<Value: Decodable>(
        _ setting: Setting<String?>, as: Value.Type, holdsSecrets: Bool = false
    ) throws(ConfigurationError) -> Value? {
        guard let text = text(setting) else { return nil }
        let isInline = text.first { !$0.isWhitespace }.map { "[{".contains($0) } == true
        do {
            let bytes = isInline ? Data(text.utf8) : try Data(contentsOf: URL(filePath: text))
            return try JSONDecoder().decode(Value.self, from: bytes)
        } catch {
            let reason = holdsSecrets && error is DecodingError ? "the JSON is not of that form" : Self.reason(error)
            throw ConfigurationError(
                // A value that is not an absolute path may be JSON whose beginning is missing, so it is not repeated.
                name: setting.name, value: text.begins(with: "/") ? text : "…",
                expected: "JSON of the documented form, or the path of a file with such JSON: \(reason)")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard let error = error as? DecodingError else { return "the file cannot be read" }
        switch error {
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context),
            .keyNotFound(_, let context):
            return (context.codingPath.map(\.stringValue) + [context.debugDescription]).joined(separator: ": ")
        @unknown default: return "the JSON is not of that form"
        }
    }
}
