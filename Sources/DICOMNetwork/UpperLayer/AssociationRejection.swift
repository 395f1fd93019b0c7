/// Why a request for an association is rejected: what the peer is told, and what the log is.
package struct AssociationRejection: Hashable, Sendable {
    package let answer: AAssociateRJ
    /// One clause, for the log.
    package let reason: String
    /// What to look at, such as the setting that decided; for the log.
    package let hint: String?

    package init(_ answer: AAssociateRJ, reason: String, hint: String? = nil) {
        self.answer = answer
        self.reason = reason
        self.hint = hint
    }
}
