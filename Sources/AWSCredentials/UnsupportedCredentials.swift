import AWS

/// Stands behind all that is supported: a profile that has another form of credentials means that one, and no container's.
struct UnsupportedCredentials: CredentialsSource {
    let profile: Profile

    func credentials() throws -> Credentials? {
        if profile["login_session"] != nil {
            throw CredentialsError.unsupported(setting: "login_session", profile: profile.name)
        }
        return nil
    }
}
