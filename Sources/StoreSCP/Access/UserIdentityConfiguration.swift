import DICOMNetwork
import FoundationEssentials

/// Which user identities are asked for, and who says whether they are true.
struct UserIdentityConfiguration: Sendable {
    /// What is known of a user who is verified here.
    struct User: Decodable, Equatable, Sendable {
        /// SHA-256 in hexadecimal. Nil: the name alone is enough, as type 1 has it.
        let passcodeSHA256: String?
    }

    /// Empty: an identity is neither asked for nor looked at.
    let kinds: Set<UserIdentity.Kind>
    /// By name, for types 1 and 2.
    let users: [String: User]
    /// Of the service that verifies what `users` cannot.
    let url: String?

    init(_ settings: Settings) throws(ConfigurationError) {
        let numbers = settings.list("USER_IDENTITY_TYPES")
        kinds = Set(numbers.compactMap { UInt8($0).flatMap(UserIdentity.Kind.init) })
        guard kinds.count == numbers.count else {
            throw ConfigurationError(
                name: "USER_IDENTITY_TYPES", value: numbers.sorted().joined(separator: ","),
                expected: "numbers from 1 to 5 with commas between them")
        }
        users = try settings.json("USER_IDENTITIES", as: [String: User].self) ?? [:]
        url = settings.text("USER_IDENTITY_URL")
        let needsURL = !kinds.isSubset(of: [.username, .usernameAndPasscode]) || (!kinds.isEmpty && users.isEmpty)
        guard !needsURL || url != nil else {
            throw ConfigurationError(
                name: "USER_IDENTITY_URL", value: "",
                expected: "a URL: no user is listed, or types 3 to 5 are asked for")
        }
    }
}
