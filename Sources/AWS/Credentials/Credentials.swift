// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The credentials for signing requests. The description does not contain the secrets.
package struct Credentials: Sendable, Equatable, CustomStringConvertible {
    package let accessKeyID: String
    package let secretAccessKey: String
    package let sessionToken: String?
    /// When they expire; `nil` if they never do.
    package let expiration: Date?

    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil, expiration: Date? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
        self.expiration = expiration
    }

    package var description: String { "Credentials(accessKeyID: \(accessKeyID))" }
}
