import AWS

/// An access key that stands where it is looked for.
struct AccessKey: CredentialsSource {
    let find: @Sendable () throws -> Credentials?

    func credentials() throws -> Credentials? { try find() }
}
