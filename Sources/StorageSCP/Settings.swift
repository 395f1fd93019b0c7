import DICOM
import DICOMNetwork
import ImportPipeline
import Logging
import StructuredLog

/// Reads typed settings. An empty setting counts as absent. A malformed setting is an error that names it.
struct Settings {
    private let environment: [String: String]

    init(_ environment: [String: String]) {
        self.environment = environment
    }

    func text(_ name: String) -> String? {
        environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    func integer(_ name: String, default value: Int, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        try integer(name, in: range) ?? value
    }

    func integer(_ name: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationError(
                name: name, value: text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// The bucket's name must be valid because it becomes part of a host name.
    func bucket(_ name: String) throws(ConfigurationError) -> String? {
        guard let text = text(name) else { return nil }
        guard let uri = try? S3URI("s3://\(text)"), uri.key.isEmpty else {
            throw ConfigurationError(
                name: name, value: text, expected: "the name of a bucket: 3 to 63 of a-z, 0-9, hyphen and dot")
        }
        return uri.bucket
    }

    func pem(_ name: String) -> PEMSource? {
        text(name).map { PEMSource(setting: name, value: $0) }
    }

    func boolean(_ name: String, default value: Bool) throws(ConfigurationError) -> Bool {
        guard let text = text(name) else { return value }
        switch text.lowercased() {
        case "true", "1", "yes": return true
        case "false", "0", "no": return false
        default: throw ConfigurationError(name: name, value: text, expected: "true or false")
        }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, default value: Choice
    ) throws(ConfigurationError) -> Choice {
        guard let text = text(name) else { return value }
        guard let choice = Choice.allCases.first(where: { $0.rawValue.lowercased() == text.lowercased() }) else {
            throw ConfigurationError(
                name: name, value: text, expected: Choice.allCases.map(\.rawValue).joined(separator: " or "))
        }
        return choice
    }

    /// Values separated by commas or spaces.
    func list(_ name: String) -> Set<String> {
        Set((text(name) ?? "").split { $0 == "," || $0 == " " }.map(String.init))
    }

    /// UIDs separated by commas or spaces.
    func uids(_ name: String) throws(ConfigurationError) -> Set<String> {
        let texts = list(name)
        if let text = texts.sorted().first(where: { (try? UID($0)) == nil }) {
            throw ConfigurationError(
                name: name, value: text,
                expected: "valid UIDs: digits with single dots between them, \(UID.maximumLength) characters at most")
        }
        return texts
    }

    /// AE titles separated by commas, without padding, as `AETitle` compares them.
    func aeTitles(_ name: String) throws(ConfigurationError) -> Set<String> {
        var titles: Set<String> = []
        for title in (text(name) ?? "").split(separator: ",") { titles.insert(try aeTitle(String(title), of: name)) }
        return titles
    }

    func aeTitle(_ name: String, default value: String) throws(ConfigurationError) -> String {
        guard let text = text(name) else { return value }
        return try aeTitle(text, of: name)
    }

    private func aeTitle(_ text: String, of name: String) throws(ConfigurationError) -> String {
        guard let title = AETitle.value(of: text) else {
            throw ConfigurationError(
                name: name, value: text, expected: "1 to 16 printable ASCII characters without a backslash")
        }
        return title
    }

    func logLevel(_ name: String, default value: Logger.Level) throws(ConfigurationError) -> Logger.Level {
        guard let text = text(name) else { return value }
        guard let level = Logger.Level(lambdaName: text) else {
            throw ConfigurationError(name: name, value: text, expected: "TRACE, DEBUG, INFO, WARN, ERROR or FATAL")
        }
        return level
    }
}
