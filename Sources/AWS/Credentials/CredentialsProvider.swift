import FoundationEssentials
import HTTP

/// Finds credentials where AWS's own tools look for them, in their order: the environment, the profile's files, the
/// container's endpoint; and keeps them until shortly before they expire.
package actor CredentialsProvider {
    /// New ones are asked for this long before the old ones end.
    static let refreshMargin: TimeInterval = 300

    private let environment: [String: String]
    private let profile: Profile
    private let http: HTTPClient
    private let now: @Sendable () -> Date
    private var current: Credentials?
    private var refresh: Task<Credentials, any Error>?

    init(
        environment: [String: String], profile: Profile, http: HTTPClient,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.environment = environment
        self.profile = profile
        self.http = http
        self.now = now
    }

    package func credentials() async throws -> Credentials {
        if let current, isFresh(current) { return current }
        if let found = environmentCredentials { return found }
        let task = refresh ?? Task { try await findAndKeep() }
        refresh = task
        do {
            return try await task.value
        } catch {
            // The endpoint may be away for a moment: what is still valid is used to its end.
            if let current, let expiration = current.expiration, expiration > now() { return current }
            throw error
        }
    }

    /// Forgets credentials that a service called expired.
    package func invalidate(_ rejected: Credentials) {
        if current == rejected { current = nil }
    }

    private func isFresh(_ credentials: Credentials) -> Bool {
        guard let expiration = credentials.expiration else { return true }
        return now().addingTimeInterval(Self.refreshMargin) < expiration
    }

    /// One at a time; whoever waits for it only reads the result.
    private func findAndKeep() async throws -> Credentials {
        defer { refresh = nil }
        let found = try await find()
        current = found
        return found
    }

    private func find() async throws -> Credentials {
        if let found = profileCredentials { return found }
        if let container = try ContainerCredentials(environment: environment) {
            return try await container.fetch(by: http)
        }
        throw CredentialsError.none
    }

    private var profileCredentials: Credentials? {
        guard let id = profile["aws_access_key_id"], let secret = profile["aws_secret_access_key"] else { return nil }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"])
    }

    private var environmentCredentials: Credentials? {
        guard let id = environment["AWS_ACCESS_KEY_ID"], !id.isEmpty,
            let secret = environment["AWS_SECRET_ACCESS_KEY"], !secret.isEmpty
        else { return nil }
        let token = environment["AWS_SESSION_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: token)
    }
}
