import DICOMNetwork
import NIOCore

/// Who gets memory, when not everyone can: a value that is told what is taken, given back and waited for, and says who goes
/// on and who is ended.
///
/// A peer is an address, and within it a calling AE title: behind a load balancer all senders have one address, and a title
/// alone is what anybody may write. Each level is bounded by a multiple of what is left: a peer that is alone may take nearly
/// everything, and as more come each is left as much as the others, while a part always stays free for the next. (Choudhury and
/// Hahne, "Dynamic queue length thresholds", 1998.) Where all memory is held, those who wait for longer than `patience` have the
/// holder ended whose sender made the least progress.
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

    /// Someone who waits, until he is granted what he asked for.
    struct Waiter: Equatable {
        let holder: HolderID
        let peer: Peer
        let bytes: Int
        let since: NIODeadline
    }

    /// What a holder's sender has done.
    struct Progress: Equatable {
        /// Bytes that it has sent so far.
        let received: Int
        /// False while the sender waits for us: for memory, for the store, for the rest of its data to be read.
        let isAwaited: Bool
    }

    private struct Holder {
        let peer: Peer
        var held = 0
        /// What had been received at the last review; nil: it has not been through one.
        var mark: Int?
    }

    private struct Address {
        var held = 0
        var byTitle: [String: Int] = [:]
        /// The holder that may exceed the address's bound, so that something goes on.
        var exceeding: HolderID?
    }

    /// A peer may hold as many times what is left: alone 8/9 of an address's bound, which alone is 8/9 of all.
    private static let factor = 8

    /// Bytes that nobody holds; negative when they are exceeded.
    private(set) var available: Int
    private(set) var waiters: [Waiter] = []
    /// The holder that may exceed all memory, so that something goes on.
    private var exceeding: HolderID?
    private var holders: [HolderID: Holder] = [:]
    private var addresses: [String: Address] = [:]
    private let patience: TimeAmount

    init(bytes: Int, patience: TimeAmount) {
        available = bytes
        self.patience = patience
    }

    /// True: it is the holder's. False: it waits.
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

    /// Those who go on now.
    mutating func giveBack(_ bytes: Int, of holder: HolderID) -> [Waiter] {
        available += bytes
        guard let peer = holders[holder]?.peer else { return grant() }
        holders[holder]?.held -= bytes
        addresses[peer.address]?.held -= bytes
        addresses[peer.address]?.byTitle[peer.callingAETitle]? -= bytes
        if holders[holder]?.held == 0 { forget(holder, of: peer) }
        return grant()
    }

    /// Those who are to be ended so that who waits too long can go on. To be asked at equal intervals while somebody waits.
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
        // One of each address at a time: those who would all begin anew at once are felt by the others.
        var helped: Set<String> = []
        for waiter in waiters where now - waiter.since >= patience && helped.insert(waiter.peer.address).inserted {
            var missing = waiter.bytes
            // Who has reached its own bound is helped by its own kind only.
            let isBound = waiter.bytes <= available
            for candidate in candidates
            where missing > 0 && !ended.contains(candidate.id)
                && (!isBound || candidate.holder.peer.address == waiter.peer.address)
            {
                ended.insert(candidate.id)
                missing -= candidate.holder.held
                // Once more only after another whole interval.
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
            // Nobody overtakes one of the same peer, but the holder for which the others wait.
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

    /// Otherwise receptions that each hold something and wait for more could all wait for ever.
    private mutating func mayExceed(_ bytes: Int, _ holder: HolderID, _ peer: Peer) -> Bool {
        // Whichever bound it meets: two that each may exceed one bound could wait for each other.
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
