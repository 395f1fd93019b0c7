import AWS
import HTTP

/// The ways in which a profile can give credentials.
struct ProfileChain: Sendable {
    let configuration: AWSConfiguration
    let http: HTTPClient

    /// The role that the profile assumes with credentials from elsewhere. `visited` are the profiles that led here.
    func assumedRole(of profile: Profile, visited: [String]) -> any CredentialsSource {
        AssumedRoleCredentials(profile: profile, visited: visited, chain: self)
    }

    /// Every other way. The environment counts for the profile that was chosen, not for those that it names.
    func rest(of profile: Profile, environment: [String: String] = [:]) -> [any CredentialsSource] {
        [
            WebIdentityCredentials(
                environment: environment, profile: profile, configuration: configuration, http: http),
            SSOCredentials(profile: profile, configuration: configuration, http: http),
            AccessKey(find: profile.sharedCredentials),
            ProcessCredentials(profile: profile),
            AccessKey(find: profile.credentials),
            UnsupportedCredentials(profile: profile),
        ]
    }
}
