import DICOMNetwork
import NIOCore

/// An application that does what a test tells it and notes what it was told.
///
/// Unchecked: an EmbeddedChannel runs everything on the test's own thread.
final class ScriptedService: AssociationService, @unchecked Sendable {
    var decision = AssociationDecision.accept(MemoryService.policy)
    var refusal: (status: DIMSEStatus, comment: String)?
    /// Prepares the next receiver.
    var prepare: (MemoryReceiver) -> Void = { _ in }

    enum Told: Hashable {
        case accepted
        case ended
    }

    private(set) var told: [Told] = []
    private(set) var receivers: [MemoryReceiver] = []
    private(set) var accepted: [Association] = []
    private(set) var summaries: [AssociationSummary] = []
    private(set) var decisions = 0

    func decide(on request: AAssociateRQ, from peer: SocketAddress?) -> AssociationDecision {
        decisions += 1
        return decision
    }

    func instanceBegins(
        _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
    ) -> InstanceDecision {
        if let refusal { return .refuse(refusal.status, comment: refusal.comment) }
        let receiver = MemoryReceiver(request: request, eventLoop: eventLoop)
        prepare(receiver)
        receivers.append(receiver)
        return .receive(receiver)
    }

    func associationAccepted(_ association: Association) {
        accepted.append(association)
        told.append(.accepted)
    }

    func associationEnded(_ summary: AssociationSummary) {
        summaries.append(summary)
        told.append(.ended)
    }
}
