// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// One of the connections of the process: its association reports its costs, and it may have to make room for others.
package protocol WatchedConnection: AnyObject, Sendable {
    /// The connection comes from a load balancer, whose PROXY header names the peer.
    func peerIsKnown(_ address: SocketAddress)

    /// How much memory is held for an A-ASSOCIATE-RQ that is incomplete or not decided on yet, or for bytes left by a
    /// peer that ended its side of the connection.
    func requestHolds(_ bytes: Int)

    /// An association was accepted on it.
    func becameAssociation()

    /// When the peer last sent something; in the distant future while the peer waits for us.
    var silentSince: NIODeadline { get }

    func setSilentSince(_ time: NIODeadline)

    /// Ends the connection, since others need its place: sends `AssociationHandler.Displace` to its channel. May be
    /// called on any thread.
    func displace(_ reason: Displacement)
}
