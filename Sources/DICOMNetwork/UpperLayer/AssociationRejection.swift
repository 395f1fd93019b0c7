// SPDX-License-Identifier: Apache-2.0

/// Why an A-ASSOCIATE-RQ is rejected, for the peer and for the log.
package struct AssociationRejection: Hashable, Sendable {
    package let answer: AAssociateRJ
    /// One clause, for the log.
    package let reason: String
    /// Where to look, such as the setting that caused the rejection; for the log.
    package let hint: String?

    package init(_ answer: AAssociateRJ, reason: String, hint: String? = nil) {
        self.answer = answer
        self.reason = reason
        self.hint = hint
    }
}
