// SPDX-License-Identifier: Apache-2.0

import DICOM

/// An instance that a peer names in a request for storage commitment: an item of the Referenced SOP Sequence
/// (0008,1199). PS3.3 Table 10-11.
package struct InstanceReference: Hashable, Sendable {
    package let sopClassUID: UID
    package let sopInstanceUID: UID

    package init(sopClassUID: UID, sopInstanceUID: UID) {
        self.sopClassUID = sopClassUID
        self.sopInstanceUID = sopInstanceUID
    }
}
