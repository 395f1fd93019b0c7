// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import StructuredLog

/// Reads typed settings. An empty setting counts as absent. A malformed setting is an error that names it.
struct Settings {
    private let value: (String) -> String?

    init(_ environment: [String: String]) {
        self.init { environment[$0] }
    }

    init(value: @escaping (String) -> String?) {
        self.value = value
    }

    func text(_ setting: Setting<String?>) -> String? {
        text(of: setting.name)
    }

    func text(_ setting: Setting<String>) -> String {
        text(of: setting.name) ?? setting.defaultValue
    }

    private func text(of name: String) -> String? {
        value(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    func integer(_ setting: Setting<Int>) throws(ConfigurationError) -> Int {
        try integer(of: setting.name, in: setting.range) ?? setting.defaultValue
    }

    /// `range`: narrower bounds, which follow from other settings.
    func integer(_ setting: Setting<Int?>, in range: ClosedRange<Int>? = nil) throws(ConfigurationError) -> Int? {
        try integer(of: setting.name, in: range ?? setting.range) ?? setting.defaultValue
    }

    private func integer(of name: String, in bounds: ClosedRange<Int>?) throws(ConfigurationError) -> Int? {
        guard let text = text(of: name) else { return nil }
        let range = bounds ?? .min ... .max
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationError(
                name: name, value: text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The bucket's name must be valid because it becomes part of a host name.
    func bucket(_ setting: Setting<String?>) throws(ConfigurationError) -> String? {
        guard let text = text(setting) else { return nil }
        guard let uri = try? S3URI("s3://\(text)"), uri.key.isEmpty else {
            throw ConfigurationError(
                name: setting.name, value: text, expected: "the name of a bucket: 3 to 63 of a-z, 0-9, hyphen and dot")
        }
        return uri.bucket
    }

    func pem(_ setting: Setting<String?>) -> PEMSource? {
        text(setting).map { PEMSource(setting: setting.name, value: $0) }
    }

    func boolean(_ setting: Setting<Bool>) throws(ConfigurationError) -> Bool {
        guard let text = text(of: setting.name) else { return setting.defaultValue }
        switch text.lowercased() {
        case "true", "1", "yes": return true
        case "false", "0", "no": return false
        default: throw ConfigurationError(name: setting.name, value: text, expected: "true or false")
        }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ setting: Setting<Choice>
    ) throws(ConfigurationError) -> Choice {
        guard let text = text(of: setting.name) else { return setting.defaultValue }
        guard let choice = Choice.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw ConfigurationError(
                name: setting.name, value: text, expected: Choice.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return choice
    }

    /// Values separated by commas or spaces.
    func list(_ setting: Setting<String?>) -> Set<String> {
        Set((text(setting) ?? "").split { $0 == "," || $0 == " " }.map(String.init))
    }

    /// UIDs separated by commas or spaces.
    func uids(_ setting: Setting<String?>) throws(ConfigurationError) -> Set<String> {
        let texts = list(setting)
        if let text = texts.sorted().first(where: { (try? UID($0)) == nil }) {
            throw ConfigurationError(
                name: setting.name, value: text,
                expected: "valid UIDs: digits with single dots between them, \(UID.maximumLength) characters at most")
        }
        return texts
    }

    /// AE titles separated by commas, without padding, as `AETitle` compares them.
    func aeTitles(_ setting: Setting<String?>) throws(ConfigurationError) -> Set<String> {
        var titles: Set<String> = []
        for title in (text(setting) ?? "").split(separator: ",") {
            titles.insert(try aeTitle(String(title), of: setting.name))
        }
        return titles
    }

    func aeTitle(_ setting: Setting<String>) throws(ConfigurationError) -> String {
        try aeTitle(text(setting), of: setting.name)
    }

    private func aeTitle(_ text: String, of name: String) throws(ConfigurationError) -> String {
        guard let title = AETitle.value(of: text) else {
            throw ConfigurationError(
                name: name, value: text, expected: "1 to 16 printable ASCII characters without a backslash")
        }
        return title
    }

    func logLevel(_ setting: Setting<Logger.Level>) throws(ConfigurationError) -> Logger.Level {
        guard let text = text(of: setting.name) else { return setting.defaultValue }
        guard let level = Logger.Level(lambdaName: text) else {
            throw ConfigurationError(
                name: setting.name, value: text, expected: "TRACE, DEBUG, INFO, WARN, ERROR or FATAL")
        }
        return level
    }
}
