import NIOCore

/// A connection among all others of the process: its association tells what it costs, and others may need its place.
package protocol WatchedConnection: AnyObject, Sendable {
    /// The connection is a load balancer's, whose header names the peer.
    func peerIsKnown(_ address: SocketAddress)

    /// So much memory is held for an A-ASSOCIATE-RQ whose rest has not come.
    func requestHolds(_ bytes: Int)

    /// An association was accepted on it.
    func becameAssociation()

    /// When something came from the peer last; in the distant future while the peer waits for us.
    var silentSince: NIODeadline { get }

    func setSilentSince(_ time: NIODeadline)

    /// Ends it, from any thread, since others need its place: `AssociationHandler.Displace` is sent to its channel.
    func displace(_ reason: Displacement)
}
