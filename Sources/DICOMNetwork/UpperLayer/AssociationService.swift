// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What the application decides and receives. Called on the association's event loop, so it must not block.
package protocol AssociationService: Sendable {
    /// For the log: an A-ASSOCIATE-RQ as received.
    func received(_ request: AAssociateRQ, from peer: SocketAddress?, association: String)

    /// For the log: the A-ASSOCIATE-AC as sent.
    func answered(_ request: AAssociateRQ, with answer: AAssociateAC, association: String)

    /// The answer to an A-ASSOCIATE-RQ, whose protocol version and application context were checked before.
    ///
    /// Nothing more is read from the peer until the future completes. If it fails, the peer is told to try again later.
    func decide(
        on request: AAssociateRQ, from peer: SocketAddress?, eventLoop: any EventLoop
    ) -> EventLoopFuture<AssociationDecision>

    /// Called once for each association about to be accepted. `nil` lets it in; then `associationEnded` will be called
    /// for it.
    func admit(_ association: Association) -> AssociationRejection?

    /// A C-STORE-RQ whose data set follows. After a refusal the data set is read and dropped.
    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision

    /// An N-ACTION-RQ whose data set follows, for storage commitment. After a refusal the data set is read and dropped.
    func actionBegins(
        _ request: NActionRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision

    /// The association is open, and requests can be sent to its peer until `associationEnded`.
    func associationOpened(_ association: Association, notifier: AssociationNotifier)

    /// A request is answered with a failure because of its command. Also called after `instanceBegins` or
    /// `actionBegins` has refused.
    func requestRefused(_ refusal: RequestRefusal, on association: Association)

    /// Completes when the event loop has served other connections: long work on one peer's bytes is done in turns.
    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void>

    /// Called once for each association that was accepted or rejected, or whose connection ended before its request.
    ///
    /// Not called for a connection that sent no byte, such as a load balancer's health check.
    func associationEnded(_ summary: AssociationSummary)
}

/// Not every application takes actions and sends reports.
extension AssociationService {
    package func actionBegins(
        _ request: NActionRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision {
        .refuse(.unrecognizedOperation, comment: "N-ACTION is not provided")
    }

    package func associationOpened(_ association: Association, notifier: AssociationNotifier) {}
}

/// Not every application logs the negotiation.
extension AssociationService {
    package func received(_ request: AAssociateRQ, from peer: SocketAddress?, association: String) {}

    package func answered(_ request: AAssociateRQ, with answer: AAssociateAC, association: String) {}
}
