import DICOMNetwork
import FoundationEssentials

/// Which user identities are asked for, and who says whether they are true.
struct UserIdentityConfiguration: Sendable {
    /// What is known of a user who is verified here.
    struct User: Decodable, Equatable, Sendable {
        /// SHA-256 in lower-case hexadecimal. Nil: the name alone is enough, as type 1 has it.
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

    /// Empty: an identity is neither asked for nor looked at.
    let kinds: Set<UserIdentity.Kind>
    /// By name, for types 1 and 2.
    let users: [String: User]
    /// Of the service that verifies what `users` cannot.
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
                expected: "the types that are asked for, since users or a service are named")
        }
        let needsURL = !kinds.isSubset(of: [.username, .usernameAndPasscode]) || (!kinds.isEmpty && users.isEmpty)
        guard !needsURL || url != nil else {
            throw ConfigurationError(
                name: "USER_IDENTITY_URL", value: "",
                expected: "a URL: no user is listed, or types 3 to 5 are asked for")
        }
    }
}
