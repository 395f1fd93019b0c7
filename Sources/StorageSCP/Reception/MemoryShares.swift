// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

/// Decides which receptions get memory when there is not enough for all. This value records what is taken, given back
/// and waited for, and returns which holders may continue and which must end.
///
/// A peer is an address and, within it, a calling AE title: behind a load balancer all senders have one address, and
/// any sender can write any title. What an address, and each of its titles, may hold is limited to a multiple of the
/// memory that is left. So a single peer may take nearly all memory; as more peers arrive, each gets as much as the
/// others, and a part always stays free for the next one. (Choudhury and Hahne, "Dynamic queue length thresholds",
/// 1998.) When all memory is held and a holder has waited longer than `patience`, the holder whose sender made the
/// least progress is ended.
struct MemoryShares {
    struct Peer: Hashable, Sendable {
        let address: String
        let callingAETitle: String

        init(address: String, callingAETitle: String) {
            self.address = address
            self.callingAETitle = callingAETitle
        }

        init(of association: Association) {
            self.init(
                address: association.peerAddress ?? "unknown", callingAETitle: association.callingAETitle)
        }
    }

    typealias HolderID = ObjectIdentifier

    /// A holder that waits for the bytes that it asked for.
    struct Waiter: Equatable {
        let holder: HolderID
        let peer: Peer
        let bytes: Int
        let since: NIODeadline
    }

    /// The progress of a holder's sender.
    struct Progress: Equatable {
        /// The bytes that it has sent so far.
        let received: Int
        /// Whether we wait for the sender. False while the sender waits for us: for memory, for the store, or until we
        /// have read its data.
        let isAwaited: Bool
    }

    private struct Holder {
        let peer: Peer
        var held = 0
        /// The bytes received at the last review; `nil` before the first one.
        var mark: Int?
    }

    private struct Address {
        var held = 0
        var byTitle: [String: Int] = [:]
        /// The one holder that may exceed the limit of its address, so that at least one continues.
        var exceeding: HolderID?
    }

    /// A peer may hold this many times the memory that is left. So a single title may hold 8/9 of the limit of its
    /// address, and a single address 8/9 of all memory.
    private static let factor = 8

    /// The bytes that no holder has; negative when the budget is exceeded.
    private(set) var available: Int
    private(set) var waiters: [Waiter] = []
    /// The one holder that may exceed the whole budget, so that at least one continues.
    private var exceeding: HolderID?
    private var holders: [HolderID: Holder] = [:]
    private var addresses: [String: Address] = [:]
    private let patience: TimeAmount

    init(bytes: Int, patience: TimeAmount) {
        available = bytes
        self.patience = patience
    }

    /// Returns true when the holder has the bytes, and false when it waits for them.
    mutating func take(_ bytes: Int, for holder: HolderID, of peer: Peer, at now: NIODeadline) -> Bool {
        if waiters.isEmpty || !waiters.contains(where: { $0.peer == peer }), mayTake(bytes, peer) {
            hold(bytes, holder, peer)
            return true
        }
        if mayExceed(bytes, holder, peer) {
            hold(bytes, holder, peer)
            return true
        }
        waiters.append(Waiter(holder: holder, peer: peer, bytes: bytes, since: now))
        return false
    }

    /// Returns the waiters that have their bytes now.
    mutating func giveBack(_ bytes: Int, of holder: HolderID) -> [Waiter] {
        available += bytes
        guard let peer = holders[holder]?.peer else { return grant() }
        holders[holder]?.held -= bytes
        addresses[peer.address]?.held -= bytes
        addresses[peer.address]?.byTitle[peer.callingAETitle]? -= bytes
        if holders[holder]?.held == 0 { forget(holder, of: peer) }
        return grant()
    }

    /// Returns the holders that must be ended so that those that have waited too long can continue. Call it at equal
    /// intervals while there are waiters.
    mutating func review(at now: NIODeadline, progress: (HolderID) -> Progress?) -> [HolderID] {
        var candidates: [(id: HolderID, holder: Holder, progress: Int)] = []
        for (id, holder) in holders {
            let seen = progress(id)
            holders[id]?.mark = seen?.received
            guard let seen, seen.isAwaited, let mark = holder.mark else { continue }
            candidates.append((id, holder, seen.received - mark))
        }
        candidates.sort { ($0.progress, $1.holder.held) < ($1.progress, $0.holder.held) }
        var ended: Set<HolderID> = []
        // One waiter of each address at a time: if many holders were ended at once, their senders would all start again
        // at once.
        var helped: Set<String> = []
        for waiter in waiters where now - waiter.since >= patience && helped.insert(waiter.peer.address).inserted {
            var missing = waiter.bytes
            // A waiter that has reached the limit of its own address is helped only by ending holders of that address.
            let isBound = waiter.bytes <= available
            for candidate in candidates
            where missing > 0 && !ended.contains(candidate.id)
                && (!isBound || candidate.holder.peer.address == waiter.peer.address)
            {
                ended.insert(candidate.id)
                missing -= candidate.holder.held
                // It is a candidate again only after another whole interval.
                holders[candidate.id]?.mark = nil
            }
        }
        return candidates.map(\.id).filter(ended.contains)
    }

    // MARK: -

    private mutating func grant() -> [Waiter] {
        guard !waiters.isEmpty else { return [] }
        var granted: [Waiter] = []
        for mayExceed in [false, true] {
            // No waiter overtakes another one of the same peer, except the holder that may exceed a limit: the others
            // wait for it.
            var blocked: Set<Peer> = []
            var left: [Waiter] = []
            for waiter in waiters {
                if !blocked.contains(waiter.peer) || exceeds(waiter.holder, waiter.peer),
                    mayExceed
                        ? self.mayExceed(waiter.bytes, waiter.holder, waiter.peer) : mayTake(waiter.bytes, waiter.peer)
                {
                    hold(waiter.bytes, waiter.holder, waiter.peer)
                    granted.append(waiter)
                } else {
                    blocked.insert(waiter.peer)
                    left.append(waiter)
                }
            }
            waiters = left
        }
        return granted
    }

    private func mayTake(_ bytes: Int, _ peer: Peer) -> Bool {
        guard bytes <= available else { return false }
        let address = addresses[peer.address]
        let ofAddress = Self.factor * available - (address?.held ?? 0)
        return bytes <= ofAddress
            && (address?.byTitle[peer.callingAETitle] ?? 0) + bytes <= Self.factor * ofAddress
    }

    /// One holder may exceed the limits: otherwise receptions that each hold memory and wait for more could all wait
    /// for ever.
    private mutating func mayExceed(_ bytes: Int, _ holder: HolderID, _ peer: Peer) -> Bool {
        // It may exceed both limits: two holders that each may exceed only one of them could wait for each other.
        if exceeding == holder { return true }
        if bytes <= available {
            guard addresses[peer.address]?.exceeding ?? holder == holder else { return false }
            addresses[peer.address, default: Address()].exceeding = holder
        } else {
            guard exceeding == nil else { return false }
            exceeding = holder
        }
        return true
    }

    private func exceeds(_ holder: HolderID, _ peer: Peer) -> Bool {
        exceeding == holder || addresses[peer.address]?.exceeding == holder
    }

    private mutating func hold(_ bytes: Int, _ holder: HolderID, _ peer: Peer) {
        available -= bytes
        holders[holder, default: Holder(peer: peer)].held += bytes
        addresses[peer.address, default: Address()].held += bytes
        addresses[peer.address, default: Address()].byTitle[peer.callingAETitle, default: 0] += bytes
    }

    private mutating func forget(_ holder: HolderID, of peer: Peer) {
        holders[holder] = nil
        if exceeding == holder { exceeding = nil }
        if addresses[peer.address]?.exceeding == holder { addresses[peer.address]?.exceeding = nil }
        if addresses[peer.address]?.byTitle[peer.callingAETitle] == 0 {
            addresses[peer.address]?.byTitle[peer.callingAETitle] = nil
        }
        if addresses[peer.address]?.held == 0 { addresses[peer.address] = nil }
    }
}
