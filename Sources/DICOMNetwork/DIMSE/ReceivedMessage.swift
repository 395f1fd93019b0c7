// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A whole message of the peer of an association that we requested.
package struct ReceivedMessage: Hashable, Sendable {
    package let presentationContextID: UInt8
    package let command: CommandSet
    /// As sent, in the transfer syntax of the presentation context; `nil` if the message has none.
    package internal(set) var dataSet: ByteBuffer?
}
