// SPDX-License-Identifier: Apache-2.0

/// A place that may provide credentials.
package protocol CredentialsSource: Sendable {
    /// `nil` if this place is not configured.
    func credentials() async throws -> Credentials?
}
