// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

extension AETitle {
    /// The AE title in a setting, without padding. `nil` when it is not a valid AE title. PS3.5 §6.2.
    static func value(of text: String) -> String? {
        isValid(text) ? AETitle(text).value : nil
    }
}
