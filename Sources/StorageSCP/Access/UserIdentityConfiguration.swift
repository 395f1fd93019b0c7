// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import FoundationEssentials

/// Which types of user identity are required, and how they are verified.
struct UserIdentityConfiguration: Sendable {
    /// A user that the receiver verifies itself.
    struct User: Decodable, Equatable, Sendable {
        /// SHA-256 in lower-case hexadecimal; `nil` if the name alone is enough (type 1).
        let passcodeSHA256: String?

        private enum CodingKeys: String, CodingKey, CaseIterable {
            case passcodeSHA256
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(ofAll: CodingKeys.self)
            passcodeSHA256 = try container.decodeIfPresent(String.self, forKey: .passcodeSHA256)?.lowercased()
            guard passcodeSHA256?.utf8.count ?? 64 == 64, passcodeSHA256?.allSatisfy(\.isHexDigit) ?? true else {
                throw DecodingError.dataCorruptedError(
                    forKey: .passcodeSHA256, in: container, debugDescription: "expected 64 hexadecimal digits")
            }
        }
    }

    /// The accepted types. Empty: no identity is required, and any identity is ignored.
    let kinds: Set<UserIdentity.Kind>
    /// By name, for types 1 and 2.
    let users: [String: User]
    /// The service that verifies what `users` cannot.
    let url: String?

    init(_ settings: Settings) throws(ConfigurationError) {
        let numbers = settings.list(ReceiverSettings.userIdentityTypes)
        kinds = Set(numbers.compactMap { UInt8($0).flatMap(UserIdentity.Kind.init) })
        guard kinds.count == numbers.count else {
            throw ConfigurationError(
                name: "USER_IDENTITY_TYPES", value: numbers.sorted().joined(separator: ","),
                expected: "numbers from 1 to 5 with commas between them")
        }
        users = try settings.json(ReceiverSettings.userIdentities, as: [String: User].self, holdsSecrets: true) ?? [:]
        url = settings.text(ReceiverSettings.userIdentityURL)
        guard !kinds.isEmpty || (users.isEmpty && url == nil) else {
            throw ConfigurationError(
                name: "USER_IDENTITY_TYPES", value: "",
                expected: "the accepted types, since USER_IDENTITIES or USER_IDENTITY_URL is set")
        }
        let needsURL = !kinds.isSubset(of: [.username, .usernameAndPasscode]) || (!kinds.isEmpty && users.isEmpty)
        guard !needsURL || url != nil else {
            throw ConfigurationError(
                name: "USER_IDENTITY_URL", value: "",
                expected: "a URL, since USER_IDENTITIES is empty or types 3 to 5 are accepted")
        }
    }
}
