import NIOCore

/// An inbound user event: the connection is a load balancer's, and this is who connected to that.
package struct PeerAddressKnown: Hashable, Sendable {
    package let address: SocketAddress

    package init(address: SocketAddress) {
        self.address = address
    }
}
