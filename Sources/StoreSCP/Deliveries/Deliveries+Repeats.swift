import ImportPipeline
import Logging

/// Instances that are sent again while the delivery that tried them is not closed: see `DeliveryChain`.
extension Deliveries {
    /// The open delivery that the instance joins; nil: it needs a new one. A delivery of an earlier term of the lease takes no
    /// more.
    func openEntry(
        for name: InstanceName, in chain: DeliveryChain.Name, _ state: inout State
    ) throws(InstanceProblem) -> Entry? {
        if let term = lease.term {
            for id in state.chains[chain]?.openDeliveries ?? [] {
                if case .open(let opened) = state.entries[id]?.phase, opened != term {
                    update(id, in: &state) { $0.seal(.leaseLost) }
                }
            }
        }
        switch state.chains[chain]?.place(of: name) {
        case .joins(let id): return state.entries[id]
        case .opensAnother, nil: return nil
        case .sentTooOften: throw .sentTooOften
        }
    }

    /// Nil: the instance was not sent before, as far as is known here.
    func content(
        of instance: StoredInstance, in membership: Membership, _ state: inout State
    ) -> RepeatedContent? {
        guard let repeats = membership.repeats else { return nil }
        let earlier = (state.entries[repeats] ?? state.closures[repeats])?.delivery.stored(membership.name)
        let content = earlier.map { $0.hasSameContent(as: instance) ? RepeatedContent.same : .other } ?? .unknown
        counts.instanceRepeated(content)
        return content
    }

    func tell(of content: RepeatedContent, in membership: Membership) {
        logger.notice(
            "an instance was sent again before its delivery was closed: both are kept, in deliveries of their own",
            metadata: [
                "deliveryId": "\(membership.delivery)", "repeats": "\(membership.repeats?.description ?? "")",
                "content": "\(content.rawValue)", "sopInstanceUID": "\(membership.name.sopInstanceUID)",
            ])
    }

    /// The delivery leaves its chain, and those that only waited for this close.
    func leave(
        _ chain: DeliveryChain.Name, _ position: DeliveryChain.Position, with delivery: Delivery,
        in state: inout State
    ) {
        let released =
            state.chains[chain]?.closed(position, names: delivery.names, isEmpty: delivery.storedCount == 0) ?? []
        if state.chains[chain]?.isEmpty == true { state.chains[chain] = nil }
        for id in released {
            if let entry = state.entries[id] { closeIfReady(entry, in: &state) }
        }
    }
}
