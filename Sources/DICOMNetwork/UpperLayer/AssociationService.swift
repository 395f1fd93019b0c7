import NIOCore

/// What the application decides and receives; called on the association's event loop, must not block.
package protocol AssociationService: Sendable {
    /// The answer to an A-ASSOCIATE-RQ. Protocol version and application context have been checked before.
    func decide(on request: AAssociateRQ, from peer: SocketAddress?) -> AssociationDecision

    /// A C-STORE-RQ whose data set follows. After a refusal its data set is consumed and dropped.
    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> InstanceDecision

    /// Once for each association that was accepted or rejected, or that ended before it asked.
    ///
    /// Not for a connection that sent no byte, as the probes of a load balancer do.
    func associationEnded(_ summary: AssociationSummary)

    /// Once when accepted.
    func associationAccepted(_ association: Association)
}
