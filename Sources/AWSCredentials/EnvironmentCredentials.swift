import AWS

/// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
struct EnvironmentCredentials: CredentialsSource {
    let environment: [String: String]

    func credentials() throws -> Credentials? {
        if let found = Credentials(environment: environment) { return found }
        guard environment["AWS_ACCESS_KEY_ID"]?.isEmpty ?? true else {
            throw CredentialsError.unusable(
                of: "the environment", problem: "it has AWS_ACCESS_KEY_ID without AWS_SECRET_ACCESS_KEY")
        }
        return nil
    }
}
