// SPDX-License-Identifier: Apache-2.0

import DICOM

/// A presentation context that both sides agreed upon.
package struct AcceptedPresentationContext: Hashable, Sendable {
    package let id: UInt8
    package let abstractSyntax: String
    package let transferSyntax: TransferSyntax

    package init(id: UInt8, abstractSyntax: String, transferSyntax: TransferSyntax) {
        self.id = id
        self.abstractSyntax = abstractSyntax
        self.transferSyntax = transferSyntax
    }
}
