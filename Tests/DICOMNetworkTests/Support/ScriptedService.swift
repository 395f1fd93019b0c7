// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

/// An application that does what a test sets, and records the calls to it.
///
/// Unchecked: an EmbeddedChannel runs everything on the test's own thread.
final class ScriptedService: AssociationService, @unchecked Sendable {
    var decision = AssociationDecision.accept(MemoryService.policy)
    /// Delays the decision until the test completes it.
    var decisionGate: EventLoopPromise<Void>?
    var rejection: AssociationRejection?
    var refusal: (status: DIMSEStatus, comment: String)?
    /// Prepares the next receiver.
    var prepare: (MemoryReceiver) -> Void = { _ in }

    enum Told: Hashable {
        case accepted
        case ended
    }

    private(set) var told: [Told] = []
    private(set) var actions: [NActionRequest] = []
    private(set) var notifiers: [AssociationNotifier] = []
    private(set) var receivers: [MemoryReceiver] = []
    private(set) var accepted: [Association] = []
    private(set) var summaries: [AssociationSummary] = []
    private(set) var refusals: [RequestRefusal] = []
    private(set) var decisions = 0
    /// How often the association gave up its turn.
    private(set) var turns = 0
    /// Delays the next turn until the test completes it.
    var turn: EventLoopPromise<Void>?

    func decide(
        on request: AAssociateRQ, from peer: SocketAddress?, eventLoop: any EventLoop
    ) -> EventLoopFuture<AssociationDecision> {
        decisions += 1
        let gate = decisionGate?.futureResult ?? eventLoop.makeSucceededVoidFuture()
        return gate.map { self.decision }
    }

    func admit(_ association: Association) -> AssociationRejection? {
        if let rejection { return rejection }
        accepted.append(association)
        told.append(.accepted)
        return nil
    }

    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision {
        if let refusal { return .refuse(refusal.status, comment: refusal.comment) }
        let receiver = MemoryReceiver(request: request, eventLoop: eventLoop)
        prepare(receiver)
        receivers.append(receiver)
        return .receive(receiver)
    }

    func actionBegins(
        _ request: NActionRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision {
        actions.append(request)
        let receiver = MemoryReceiver(eventLoop: eventLoop)
        prepare(receiver)
        receivers.append(receiver)
        return .receive(receiver)
    }

    func associationOpened(_ association: Association, notifier: AssociationNotifier) {
        notifiers.append(notifier)
    }

    func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void> {
        turns += 1
        return turn?.futureResult ?? eventLoop.makeSucceededVoidFuture()
    }

    func requestRefused(_ refusal: RequestRefusal, on association: Association) {
        refusals.append(refusal)
    }

    func associationEnded(_ summary: AssociationSummary) {
        summaries.append(summary)
        told.append(.ended)
    }
}
