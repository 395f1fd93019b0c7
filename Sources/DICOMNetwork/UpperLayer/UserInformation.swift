/// The user information item of an A-ASSOCIATE-RQ or -AC, as far as it is understood.
///
/// PS3.8 §9.3.2.3 and annex D; PS3.7 §D.3.3.
package struct UserInformation: Hashable, Sendable {
    /// The longest list of PDVs in bytes that the sender of this takes in one P-DATA-TF; nil: it named no limit.
    package var maximumLength: UInt32?
    package var implementationClassUID: String?
    package var implementationVersionName: String?
    /// Nil: one operation at a time.
    package var asynchronousOperationsWindow: AsynchronousOperationsWindow?
    package var roleSelections: [RoleSelection] = []
    package var extendedNegotiations: [SOPClassExtendedNegotiation] = []
    package var commonExtendedNegotiations: [SOPClassCommonExtendedNegotiation] = []
    /// In a request.
    package var userIdentity: UserIdentity?
    /// In an answer: what the acceptor says to the identity, empty for a username.
    package var userIdentityServerResponse: [UInt8]?

    package init(
        maximumLength: UInt32? = nil, implementationClassUID: String? = nil, implementationVersionName: String? = nil
    ) {
        self.maximumLength = maximumLength
        self.implementationClassUID = implementationClassUID
        self.implementationVersionName = implementationVersionName
    }
}
