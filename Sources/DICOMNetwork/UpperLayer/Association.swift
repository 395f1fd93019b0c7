import NIOCore

/// An accepted association, for those who receive its instances and for logs.
package struct Association: Sendable {
    /// Short, and unique enough to find the lines of one association in a log.
    package let id: String
    package let callingAETitle: String
    package let calledAETitle: String
    package let peer: SocketAddress?
    package let acceptedContexts: [UInt8: AcceptedPresentationContext]
    /// What the peer said of itself.
    package let peerInformation: UserInformation

    package init(
        id: String, callingAETitle: String, calledAETitle: String, peer: SocketAddress?,
        acceptedContexts: [UInt8: AcceptedPresentationContext], peerInformation: UserInformation
    ) {
        self.id = id
        self.callingAETitle = callingAETitle
        self.calledAETitle = calledAETitle
        self.peer = peer
        self.acceptedContexts = acceptedContexts
        self.peerInformation = peerInformation
    }
}
