// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Logging

/// Instances that are sent again before the delivery that tried them has closed: see `DeliveryChain`.
extension Deliveries {
    /// The open delivery that the instance joins; `nil` when it needs a new one. A delivery that was opened in an
    /// earlier term of the lease takes no more instances.
    func openEntry(
        for name: InstanceName, in chain: DeliveryChain.Name, _ state: inout State
    ) throws(InstanceProblem) -> Entry? {
        for id in state.chains[chain]?.openDeliveries ?? [] {
            if let entry = state.entries[id] { sealIfLeaseWasLost(entry, in: &state) }
        }
        switch state.chains[chain]?.place(of: name) {
        case .joins(let id): return state.entries[id]
        case .opensAnother, nil: return nil
        case .sentTooOften: throw .sentTooOften
        }
    }

    func sealIfLeaseWasLost(_ entry: Entry, in state: inout State) {
        if let term = lease.term, case .open(let opened) = entry.phase, opened != term {
            update(entry.delivery.id, in: &state) { $0.seal(.leaseLost) }
        }
    }

    /// How the content compares with what was sent before; `nil` when no delivery that is still known tried the
    /// instance before.
    func content(
        of instance: StoredInstance, in membership: Membership, _ state: inout State
    ) -> RepeatedContent? {
        guard let repeats = membership.repeats else { return nil }
        let earlier = (state.entries[repeats] ?? state.closures[repeats])?.delivery.stored(
            membership.name, in: membership.study)
        let content = earlier.map { $0.hasSameContent(as: instance) ? RepeatedContent.same : .other } ?? .unknown
        counts.instanceRepeated(content)
        return content
    }

    func tell(of content: RepeatedContent, in membership: Membership) {
        logger.notice(
            "an instance was sent again before its delivery was closed: both copies are kept, in separate deliveries",
            metadata: [
                "deliveryId": "\(membership.delivery)", "repeats": "\(membership.repeats?.description ?? "")",
                "content": "\(content.rawValue)", "sopInstanceUID": "\(membership.name.sopInstanceUID)",
            ])
    }

    /// The latest delivery that tried one of this delivery's instances before; see `DeliveryManifest`.
    func repeats(of entry: Entry, in state: State) -> DeliveryID? {
        entry.delivery.chains.compactMap { state.chains[$0]?.repeats(entry.position) }.max {
            $0.position < $1.position
        }?.id
    }

    /// Whether every delivery that tried one of this delivery's instances before has closed.
    func mayClose(_ entry: Entry, in state: State) -> Bool {
        entry.delivery.chains.allSatisfy { state.chains[$0]?.mayClose(entry.position) ?? true }
    }

    /// Takes the delivery out of its chains. Returns the deliveries that waited for it in one of them: each closes when
    /// it waits for no other.
    func leaveChains(
        _ delivery: Delivery, _ position: DeliveryChain.Position, in state: inout State
    ) -> [DeliveryID] {
        delivery.chains.flatMap { chain in
            let released =
                state.chains[chain]?.closed(
                    position, names: delivery.names(in: chain.studyInstanceUID),
                    isEmpty: delivery.storedCount == 0) ?? []
            if state.chains[chain]?.isEmpty == true { state.chains[chain] = nil }
            return released
        }
    }
}
