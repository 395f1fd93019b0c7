// SPDX-License-Identifier: Apache-2.0

import DICOM

/// The text that a peer sent as a UID, for logs: the UID if it is valid, otherwise only the length of the text.
package struct LoggedUID: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ text: String) {
        let isUID = (try? UID(text)) != nil
        description = isUID ? text : "not a UID, \(text.unicodeScalars.count) characters"
    }
}
