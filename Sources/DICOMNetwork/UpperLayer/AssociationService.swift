import NIOCore

/// What the application decides and receives; called on the association's event loop, must not block.
package protocol AssociationService: Sendable {
    /// For the log: an A-ASSOCIATE-RQ as it came.
    func received(_ request: AAssociateRQ, from peer: SocketAddress?, association: String)

    /// For the log: the A-ASSOCIATE-AC that is sent.
    func answered(_ request: AAssociateRQ, with answer: AAssociateAC, association: String)

    /// The answer to an A-ASSOCIATE-RQ. Protocol version and application context have been checked before.
    ///
    /// Nothing more is read from the peer until the future is complete. If it fails, the peer is to try again later.
    func decide(
        on request: AAssociateRQ, from peer: SocketAddress?, eventLoop: any EventLoop
    ) -> EventLoopFuture<AssociationDecision>

    /// Once for each association that is about to be accepted: nil lets it in, and then its end will be told.
    func admit(_ association: Association) -> AssociationRejection?

    /// A C-STORE-RQ whose data set follows. After a refusal its data set is consumed and dropped.
    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> InstanceDecision

    /// A request that is answered with a failure for what its command says; also after `instanceBegins` has refused.
    func requestRefused(_ refusal: RequestRefusal, on association: Association)

    /// Completes when the event loop has served others for a while: what a peer has sent and what takes long to work off is
    /// worked off in pieces.
    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void>

    /// Once for each association that was accepted or rejected, or that ended before it asked.
    ///
    /// Not for a connection that sent no byte, as the probes of a load balancer do.
    func associationEnded(_ summary: AssociationSummary)
}

/// Not every application writes a log of it.
extension AssociationService {
    package func received(_ request: AAssociateRQ, from peer: SocketAddress?, association: String) {}

    package func answered(_ request: AAssociateRQ, with answer: AAssociateAC, association: String) {}
}
