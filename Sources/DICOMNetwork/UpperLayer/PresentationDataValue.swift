// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A PDV: a fragment of a command set or of a data set. PS3.8 §9.3.5.1 and §E.2.
package struct PresentationDataValue: Hashable, Sendable {
    /// The context id and the message control header. The length of a PDV includes them.
    package static let headerLength = 2

    package let contextID: UInt8
    package let isCommand: Bool
    package let isLast: Bool
    package let fragment: ByteBuffer

    package init(contextID: UInt8, isCommand: Bool, isLast: Bool, fragment: ByteBuffer) {
        self.contextID = contextID
        self.isCommand = isCommand
        self.isLast = isLast
        self.fragment = fragment
    }
}
