// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Synchronization

/// The associations that are open in this process. Every event loop uses it, and so do the deliveries.
///
/// An association is silent when nothing has been received from its peer for some time although the peer was not
/// waiting for us. When the limit is reached, a silent association is ended to make room for a peer that has fewer
/// associations. A peer is an address and, within it, a calling AE title: behind a load balancer all senders have one
/// address, and any sender can write any title.
final class OpenAssociations: Sendable {
    /// How many associations may be open.
    struct Limits: Sendable, Equatable {
        var total: Int
        /// The limit for one address; `nil` when only `total` limits it.
        var perPeer: Int?
        /// The limit for silent associations of one title from one address.
        var silentPerPeer = Int.max
        /// The time after which an association counts as silent.
        var silence = TimeAmount.seconds(30)
    }

    /// The limit because of which an association is rejected.
    enum ReachedLimit: Hashable, Sendable {
        case total(Int)
        case ofAddress(Int)
        case ofTitle(Int)
    }

    fileprivate struct Peer: Hashable {
        let address: String?
        let title: String
    }

    fileprivate struct Entry {
        let peer: Peer
        let connection: (any WatchedConnection)?
        var evictions = 0
        /// The number of log lines about single requests and instances, including lines that were not written.
        var lines = 0
        /// The number of its instances that routes discarded.
        var discarded = 0
    }

    fileprivate struct State {
        var open: [String: Entry] = [:]
        /// Associations that were ended to make room. They no longer count, although their connections may still be
        /// open.
        var displaced: Set<String> = []
        var byAddress: [String: Int] = [:]
        var byTitle: [String: Int] = [:]
        var byPeer: [Peer: Int] = [:]
    }

    private let limits: Limits
    private let now: @Sendable () -> NIODeadline
    private let state = Mutex(State())

    init(limits: Limits, now: @escaping @Sendable () -> NIODeadline = { .now() }) {
        self.limits = limits
        self.now = now
    }

    var count: Int { state.withLock { $0.open.count } }

    /// Returns `nil` when the association is admitted. The caller must then call `ended` when it ends.
    func admit(_ association: Association, atMostOfTitle maximumOfTitle: Int?) -> ReachedLimit? {
        let peer = Peer(address: association.peerAddress, title: association.callingAETitle)
        let silentSince = now() - limits.silence
        let (reached, displaced) = state.withLock { state -> (ReachedLimit?, (Entry, Displacement)?) in
            if let address = peer.address, let perPeer = limits.perPeer,
                state.byAddress[address, default: 0] >= perPeer
            {
                return (.ofAddress(perPeer), nil)
            }
            if let maximumOfTitle, state.byTitle[peer.title, default: 0] >= maximumOfTitle {
                return (.ofTitle(maximumOfTitle), nil)
            }
            var displaced: (Entry, Displacement)?
            if state.byPeer[peer, default: 0] >= limits.silentPerPeer {
                displaced = state.displaceOwn(of: peer, beyond: limits.silentPerPeer, silentSince: silentSince)
                    .map { ($0, .silentAssociations) }
            }
            if state.counted >= limits.total {
                guard let other = state.displaceOne(for: peer, silentSince: silentSince) else {
                    return (.total(limits.total), nil)
                }
                displaced = (other, .associations)
            }
            state.add(association.id, Entry(peer: peer, connection: association.connection))
            return (nil, displaced)
        }
        if let (entry, reason) = displaced { entry.connection?.displace(reason) }
        return reached
    }

    func ended(_ id: String) {
        state.withLock { state in
            if state.displaced.remove(id) == nil { state.uncount(id) }
            state.open[id] = nil
        }
    }

    func contains(_ id: String) -> Bool {
        state.withLock { $0.open[id] != nil }
    }

    /// How many times memory was taken away from this association, this time included.
    func countEviction(_ id: String) -> Int {
        state.withLock { state in
            state.open[id]?.evictions += 1
            return state.open[id]?.evictions ?? 0
        }
    }

    /// The number of log lines about what this association sent, this one included.
    func countLine(_ id: String) -> Int {
        state.withLock { state in
            state.open[id]?.lines += 1
            return state.open[id]?.lines ?? 0
        }
    }

    func countDiscarded(_ id: String) {
        state.withLock { $0.open[id]?.discarded += 1 }
    }

    /// `nil` if no instance was discarded.
    func discarded(of id: String) -> Int? {
        state.withLock { $0.open[id]?.discarded }.flatMap { $0 == 0 ? nil : $0 }
    }

    func lines(of id: String) -> Int {
        state.withLock { $0.open[id]?.lines ?? 0 }
    }
}

extension OpenAssociations.State {
    fileprivate var counted: Int { open.count - displaced.count }

    fileprivate mutating func add(_ id: String, _ entry: OpenAssociations.Entry) {
        open[id] = entry
        if let address = entry.peer.address { byAddress[address, default: 0] += 1 }
        byTitle[entry.peer.title, default: 0] += 1
        byPeer[entry.peer, default: 0] += 1
    }

    fileprivate mutating func uncount(_ id: String) {
        guard let peer = open[id]?.peer else { return }
        if let address = peer.address { Self.decrease(&byAddress, address) }
        Self.decrease(&byTitle, peer.title)
        Self.decrease(&byPeer, peer)
    }

    /// Ends the peer's association that has been silent longest, if the peer has too many silent ones.
    fileprivate mutating func displaceOwn(
        of peer: OpenAssociations.Peer, beyond maximum: Int, silentSince: NIODeadline
    ) -> OpenAssociations.Entry? {
        let own = silent(since: silentSince).filter { $0.entry.peer == peer }
        return own.count >= maximum ? displace(own.min { $0.since < $1.since }?.id) : nil
    }

    /// Ends a silent association of the peer that has most associations. That peer must have more than the new
    /// association's peer.
    fileprivate mutating func displaceOne(
        for peer: OpenAssociations.Peer, silentSince: NIODeadline
    ) -> OpenAssociations.Entry? {
        let own = rank(of: peer)
        let victims = silent(since: silentSince).map { (id: $0.id, rank: rank(of: $0.entry.peer), since: $0.since) }
            .filter { victim in
                victim.rank.address > own.address
                    || (open[victim.id]?.peer.address == peer.address && victim.rank.peer > own.peer)
            }
        let victim = victims.max { one, other in
            (one.rank.address, one.rank.peer, other.since) < (other.rank.address, other.rank.peer, one.since)
        }
        return displace(victim?.id)
    }

    private func rank(of peer: OpenAssociations.Peer) -> (address: Int, peer: Int) {
        (peer.address.flatMap { byAddress[$0] } ?? 0, byPeer[peer] ?? 0)
    }

    private func silent(
        since time: NIODeadline
    ) -> [(id: String, entry: OpenAssociations.Entry, since: NIODeadline)] {
        open.compactMap { id, entry in
            guard let since = entry.connection?.silentSince, since <= time, !displaced.contains(id) else { return nil }
            return (id, entry, since)
        }
    }

    private mutating func displace(_ id: String?) -> OpenAssociations.Entry? {
        guard let id else { return nil }
        uncount(id)
        displaced.insert(id)
        return open[id]
    }

    /// Removes titles and addresses that no association uses any more.
    private static func decrease<Key>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
