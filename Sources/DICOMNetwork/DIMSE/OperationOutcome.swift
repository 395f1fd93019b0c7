// SPDX-License-Identifier: Apache-2.0

/// The content of a C-STORE-RSP or N-ACTION-RSP. The comment, cut to 64 characters, is sent with failures and warnings.
package struct OperationOutcome: Hashable, Sendable {
    package let status: DIMSEStatus
    package let errorComment: String?
    /// Whether we abort the association after this response.
    package let endsAssociation: Bool

    package init(status: DIMSEStatus, errorComment: String? = nil, endsAssociation: Bool = false) {
        self.status = status
        self.errorComment = errorComment
        self.endsAssociation = endsAssociation
    }
}
