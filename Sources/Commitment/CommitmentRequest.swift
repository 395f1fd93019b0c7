// SPDX-License-Identifier: Apache-2.0

import DICOM

/// A request for storage commitment. PS3.4 Table J.3-1.
package struct CommitmentRequest: Hashable, Sendable {
    /// The title of the peer that asked. A transaction UID belongs to it: another title cannot touch the transaction.
    package let callingAETitle: String
    /// The title that the peer called: the calling title of an association on which we report.
    package let calledAETitle: String
    package let transactionUID: UID
    /// In the order of the request; an instance that it names twice is here once.
    package let references: [InstanceReference]

    package init(
        callingAETitle: String, calledAETitle: String, transactionUID: UID, references: [InstanceReference]
    ) {
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.transactionUID = transactionUID
        self.references = references
    }
}
