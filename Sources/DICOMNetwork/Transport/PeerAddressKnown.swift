// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// An inbound user event: the connection comes from a load balancer, and this is the address of its client.
package struct PeerAddressKnown: Hashable, Sendable {
    package let address: SocketAddress

    package init(address: SocketAddress) {
        self.address = address
    }
}
