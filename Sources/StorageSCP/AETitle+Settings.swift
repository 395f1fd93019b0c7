// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

extension AETitle {
    /// The AE title in a setting, without padding. `nil` when it is not a valid AE title. PS3.5 §6.2.
    static func value(of text: String) -> String? {
        let value = AETitle(text).value
        let isPrintable = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }
        let length = text.drop { $0 == " " }.reversed().drop { $0 == " " }.count
        return isPrintable && length <= AETitle.length && !value.isEmpty ? value : nil
    }
}
