import ByteComparison
import FoundationEssentials

/// The sections of `~/.aws/config` and `~/.aws/credentials`, each a table of settings.
package struct ProfileFile: Sendable, Equatable {
    private var sections: [String: [String: String]] = [:]

    package init(_ text: String = "") {
        var section: String?
        for line in text.split(whereSeparator: \.isNewline) {
            // An indented line belongs to a nested table (`s3 =` and what follows), of which nothing is used here.
            guard let first = line.first, !first.isWhitespace, first != "#", first != ";" else { continue }
            if first == "[" {
                let name = line.dropFirst().prefix { $0 != "]" }.trimmed
                section = name.removing(prefix: "profile ")?.trimmed ?? name
            } else if let section, let equals = line.firstIndex(of: "=") {
                let name = line[..<equals].trimmed.lowercased()
                sections[section, default: [:]][name] = line[line.index(after: equals)...].trimmed
            }
        }
    }

    package subscript(profile: String, name: String) -> String? {
        sections[profile]?[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The profile's access key, if it holds one.
    func credentials(profile: String) -> Credentials? {
        guard let id = self[profile, "aws_access_key_id"], let secret = self[profile, "aws_secret_access_key"] else {
            return nil
        }
        return Credentials(
            accessKeyID: id, secretAccessKey: secret, sessionToken: self[profile, "aws_session_token"])
    }
}

extension StringProtocol {
    fileprivate var trimmed: String {
        let words = split(whereSeparator: \.isWhitespace)
        guard let first = words.first, let last = words.last else { return "" }
        return String(self[first.startIndex..<last.endIndex])
    }
}
