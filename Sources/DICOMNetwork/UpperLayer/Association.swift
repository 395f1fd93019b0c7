// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// An accepted association, as instance receivers and logs see it.
package struct Association: Sendable {
    /// Short, and unique enough to find one association's lines in a log.
    package let id: String
    package let callingAETitle: String
    package let calledAETitle: String
    package let peer: SocketAddress?
    /// The peer's address without its port.
    package let peerAddress: String?
    package let acceptedContexts: [UInt8: AcceptedPresentationContext]
    /// The longest list of PDVs that the peer accepts in one P-DATA-TF; `nil` if it set no limit.
    package let maximumLength: UInt32?
    package let implementationVersionName: String?
    /// `nil` if the process does not watch its connections.
    package let connection: (any WatchedConnection)?

    package init(
        id: String, callingAETitle: String, calledAETitle: String, peer: SocketAddress?,
        acceptedContexts: [UInt8: AcceptedPresentationContext], maximumLength: UInt32? = nil,
        implementationVersionName: String? = nil, connection: (any WatchedConnection)? = nil
    ) {
        self.id = id
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.peer = peer
        peerAddress = peer?.ipAddress
        self.acceptedContexts = acceptedContexts
        self.maximumLength = maximumLength
        self.implementationVersionName = implementationVersionName
        self.connection = connection
    }
}
