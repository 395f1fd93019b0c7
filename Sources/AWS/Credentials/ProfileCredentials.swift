/// The access key that stands in a profile itself.
struct ProfileCredentials: CredentialsSource {
    let profile: Profile

    func credentials() -> Credentials? {
        guard let id = profile["aws_access_key_id"], let secret = profile["aws_secret_access_key"] else { return nil }
        return Credentials(accessKeyID: id, secretAccessKey: secret, sessionToken: profile["aws_session_token"])
    }
}
