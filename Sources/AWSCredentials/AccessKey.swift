// SPDX-License-Identifier: Apache-2.0

import AWS

/// An access key that a closure looks up.
struct AccessKey: CredentialsSource {
    let find: @Sendable () throws -> Credentials?

    func credentials() throws -> Credentials? { try find() }
}
