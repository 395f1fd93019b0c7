import DICOMNetwork
import NIOCore
import Synchronization

/// The associations that are open in this process; asked from every event loop and by the deliveries.
///
/// An association is silent when nothing has come from its peer for some time, though the peer was not waiting for us. Where
/// there is no room, one that is silent makes room for a peer that has fewer. A peer is an address, and within it a calling AE
/// title: behind a load balancer all senders have one address, and a title alone is what anybody may write.
final class OpenAssociations: Sendable {
    /// How many there may be.
    struct Limits: Sendable, Equatable {
        var total: Int
        /// From one address; nil: as many as there may be at all.
        var perPeer: Int?
        /// Silent ones of one title from one address.
        var silentPerPeer = Int.max
        /// From when on one is silent.
        var silence = TimeAmount.seconds(30)
    }

    /// A limit that lets no further association in.
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
        /// Lines of the log about single requests and instances, those left out too.
        var lines = 0
    }

    fileprivate struct State {
        var open: [String: Entry] = [:]
        /// Ended for others, though the connection may not know it yet: they are counted no more.
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

    /// Nil: it was let in, and has `ended` at last.
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

    /// How often memory was taken away from this association, this time included.
    func countEviction(_ id: String) -> Int {
        state.withLock { state in
            state.open[id]?.evictions += 1
            return state.open[id]?.evictions ?? 0
        }
    }

    /// Lines of the log about what this association sent, this one included.
    func countLine(_ id: String) -> Int {
        state.withLock { state in
            state.open[id]?.lines += 1
            return state.open[id]?.lines ?? 0
        }
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

    /// The longest silent one of the peer's, if too many of them are.
    fileprivate mutating func displaceOwn(
        of peer: OpenAssociations.Peer, beyond maximum: Int, silentSince: NIODeadline
    ) -> OpenAssociations.Entry? {
        let own = silent(since: silentSince).filter { $0.entry.peer == peer }
        return own.count >= maximum ? displace(own.min { $0.since < $1.since }?.id) : nil
    }

    /// One of the peer that has most, which must be more than the new one has.
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

    /// Titles and addresses that nobody uses any more are not kept.
    private static func decrease<Key>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
