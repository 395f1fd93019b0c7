/// A kind of place where credentials may lie.
package protocol CredentialsSource: Sendable {
    /// nil: there is no such place here.
    func credentials() async throws -> Credentials?
}
