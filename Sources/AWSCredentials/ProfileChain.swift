// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP

/// The sources of credentials that a profile can name.
struct ProfileChain: Sendable {
    let configuration: AWSConfiguration
    let http: HTTPClient

    /// The role that the profile assumes with credentials of another source. `visited` are the profiles that led to
    /// this one.
    func assumedRole(of profile: Profile, visited: [String]) -> any CredentialsSource {
        AssumedRoleCredentials(profile: profile, visited: visited, chain: self)
    }

    /// All other sources, in order. The environment applies only to the chosen profile, not to profiles that it refers
    /// to.
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
