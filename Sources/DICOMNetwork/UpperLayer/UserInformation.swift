// SPDX-License-Identifier: Apache-2.0

/// The user information item of an A-ASSOCIATE-RQ or -AC: the sub-items that we know.
///
/// PS3.8 §9.3.2.3 and annex D; PS3.7 §D.3.3.
package struct UserInformation: Hashable, Sendable {
    /// The longest list of PDVs, in bytes, that the sender of this item takes in one P-DATA-TF; `nil` if it set no
    /// limit.
    package var maximumLength: UInt32?
    package var implementationClassUID: String?
    package var implementationVersionName: String?
    /// `nil`: one operation at a time.
    package var asynchronousOperationsWindow: AsynchronousOperationsWindow?
    package var roleSelections: [RoleSelection] = []
    package var extendedNegotiations: [SOPClassExtendedNegotiation] = []
    package var commonExtendedNegotiations: [SOPClassCommonExtendedNegotiation] = []
    /// In a request only.
    package var userIdentity: UserIdentity?
    /// In an answer only: the acceptor's response to the user identity. Empty for a username.
    package var userIdentityServerResponse: [UInt8]?

    package init(
        maximumLength: UInt32? = nil, implementationClassUID: String? = nil, implementationVersionName: String? = nil
    ) {
        self.maximumLength = maximumLength
        self.implementationClassUID = implementationClassUID
        self.implementationVersionName = implementationVersionName
    }
}
