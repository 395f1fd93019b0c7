// SPDX-License-Identifier: Apache-2.0

import AWS

/// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
struct EnvironmentCredentials: CredentialsSource {
    let environment: [String: String]

    func credentials() throws -> Credentials? { try Credentials(environment: environment) }
}
