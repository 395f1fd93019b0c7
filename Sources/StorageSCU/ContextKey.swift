// SPDX-License-Identifier: Apache-2.0

import DICOM

/// What a presentation context is for: instances of one SOP class in one transfer syntax. Both are those of the file, as
/// nothing is transcoded.
package struct ContextKey: Hashable, Sendable {
    package let sopClassUID: UID
    package let transferSyntaxUID: UID

    package init(sopClassUID: UID, transferSyntaxUID: UID) {
        self.sopClassUID = sopClassUID
        self.transferSyntaxUID = transferSyntaxUID
    }
}
