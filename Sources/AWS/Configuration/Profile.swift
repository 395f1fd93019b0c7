// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The settings of a profile in `~/.aws/config` and `~/.aws/credentials`. The credentials file takes precedence.
package struct Profile: Sendable, Equatable {
    package let name: String
    private var settings: [String: String] = [:]
    /// The settings in the credentials file.
    private let shared: [String: String]
    /// The endpoints in its `services` section, by the lower-case setting name of the service.
    private var endpoints: [String: String] = [:]

    static let none = Profile()

    private init() {
        name = ""
        shared = [:]
    }

    /// `nil` if neither file has this profile.
    init?(_ name: String, config: INIFile, credentials: INIFile) throws(AWSConfigurationError) {
        let sections = config.sections.filter { Self.profile(ofSection: $0.key) == name }.map(\.value)
        let shared = credentials.sections[name]
        guard !sections.isEmpty || shared != nil else { return nil }
        self.name = name
        self.shared = shared ?? [:]
        for section in sections + [shared ?? [:]] { settings.merge(section) { $1 } }
        guard let services = self["services"] else { return }
        guard let section = config.sections["services \(services)"] else {
            throw .noServicesSection(services, profile: name)
        }
        endpoints = section.compactMapValues { INIFile.table($0)["endpoint_url"] }
    }

    /// The access key in the credentials file.
    package func sharedCredentials() throws(CredentialsError) -> Credentials? { try accessKey(in: shared) }

    /// The access key in either file.
    package func credentials() throws(CredentialsError) -> Credentials? { try accessKey(in: settings) }

    package subscript(name: String) -> String? {
        settings.nonEmpty(name)
    }

    func endpointURL(of service: AWSService) -> String? {
        endpoints[service.settingName.lowercased()]
    }

    /// The profile's name, from a section such as `default`, `profile scanner` or `profile "scanner room"`.
    private static func profile(ofSection section: String) -> String? {
        guard let name = section.removing(prefix: "profile ") else { return section == "default" ? section : nil }
        let words = name.split(separator: " ")
        for quote in ["\"", "'"] where name.count > 1 && name.begins(with: quote) && name.ends(with: quote) {
            return String(name.dropFirst().dropLast())
        }
        return words.count == 1 ? String(words[0]) : nil
    }

    private func accessKey(in settings: [String: String]) throws(CredentialsError) -> Credentials? {
        try Credentials(
            in: settings, id: "aws_access_key_id", secret: "aws_secret_access_key", token: "aws_session_token",
            of: "the AWS profile \"\(name)\"")
    }
}
