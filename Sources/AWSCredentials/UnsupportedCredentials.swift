// SPDX-License-Identifier: Apache-2.0

import AWS

/// Comes after all supported sources of a profile. A profile with an unsupported kind of credentials is an error;
/// falling back to the credentials of a container or instance is not what its user intended.
struct UnsupportedCredentials: CredentialsSource {
    let profile: Profile

    func credentials() throws -> Credentials? {
        if profile["login_session"] != nil {
            throw CredentialsError.unsupported(setting: "login_session", profile: profile.name)
        }
        return nil
    }
}
