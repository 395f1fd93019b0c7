import NIOCore

/// Which connections have a place, and which lose it when there are too many, or when they hold too much of requests that are
/// not whole: always one of the peer that has most, so that nobody is kept out by another.
///
/// Only those without an association lose their place here, and those whose peer has ended its side and left bytes that are not
/// worked off: what else an association may do is `OpenAssociations`' matter. A peer is an address; until a
/// load balancer's header has told it, that is the load balancer's own.
struct ConnectionTable {
    typealias ID = ObjectIdentifier

    struct Limits: Sendable, Equatable {
        var connections: Int
        /// Of requests for an association that are not whole, all together.
        var requestBytes: Int
    }

    private struct Entry {
        var address: String?
        var isAssociation = false
        var requestBytes = 0

        var isPending: Bool { !isAssociation || requestBytes > 0 }
    }

    private struct Peer {
        /// Pending ones: how many, and all of them in the order in which they were opened, among some that are pending
        /// no more.
        var count = 0
        var pending = CircularBuffer<ID>()
        var requestBytes = 0
    }

    /// How many a peer's list may hold that are pending no more, beside as many as are.
    private static let slack = 16

    private let limits: Limits
    private var entries: [ID: Entry] = [:]
    private var peers: [String?: Peer] = [:]
    private(set) var requestBytes = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var count: Int { entries.count }

    /// Those that lose their place, which can be the new one itself: the oldest, since who has something to say says it first.
    mutating func opened(_ id: ID, from address: String?) -> [ID] {
        add(id, Entry(address: address))
        // Among peers that have as many, another one makes room.
        func rank(_ peer: (key: String?, value: Peer)) -> (Int, Int) { (peer.value.count, peer.key == address ? 0 : 1) }
        var displaced: [ID] = []
        while entries.count > limits.connections, let next = peers.max(by: { rank($0) < rank($1) }),
            let victim = next.value.pending.first(where: { isPending($0, of: next.key) })
        {
            closed(victim)
            displaced.append(victim)
        }
        return displaced
    }

    mutating func peerIsKnown(_ address: String?, of id: ID) {
        guard var entry = entries[id], entry.isPending else { return }
        entries[id] = nil
        forget(id, entry)
        entry.address = address
        add(id, entry)
    }

    /// Those that lose their place.
    mutating func requestHolds(_ bytes: Int, of id: ID) -> [ID] {
        guard let before = entries[id] else { return [] }
        var entry = before
        entry.requestBytes = bytes
        requestBytes += bytes - before.requestBytes
        entries[id] = entry
        switch (before.isPending, entry.isPending) {
        case (true, true): peers[entry.address]?.requestBytes += bytes - before.requestBytes
        case (false, true): add(id, entry)
        case (true, false): forget(id, before)
        case (false, false): break
        }
        var displaced: [ID] = []
        while requestBytes > limits.requestBytes,
            let next = peers.max(by: { $0.value.requestBytes < $1.value.requestBytes }),
            let victim = next.value.pending.filter({ isPending($0, of: next.key) })
                .max(by: { bytesHeld(by: $0) < bytesHeld(by: $1) })
        {
            closed(victim)
            displaced.append(victim)
        }
        return displaced
    }

    mutating func becameAssociation(_ id: ID) {
        guard let entry = entries[id] else { return }
        entries[id] = Entry(address: entry.address, isAssociation: true)
        forget(id, entry)
        requestBytes -= entry.requestBytes
    }

    mutating func closed(_ id: ID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        forget(id, entry)
        requestBytes -= entry.requestBytes
    }

    private func bytesHeld(by id: ID) -> Int { entries[id]?.requestBytes ?? 0 }

    private func isPending(_ id: ID, of address: String?) -> Bool {
        guard let entry = entries[id] else { return false }
        return entry.isPending && entry.address == address
    }

    private mutating func add(_ id: ID, _ entry: Entry) {
        entries[id] = entry
        peers[entry.address, default: Peer()].pending.append(id)
        peers[entry.address]?.count += 1
        peers[entry.address]?.requestBytes += entry.requestBytes
    }

    /// Its entry tells already that it is pending no more.
    private mutating func forget(_ id: ID, _ entry: Entry) {
        guard entry.isPending, var peer = peers.removeValue(forKey: entry.address), peer.count > 1 else { return }
        peer.count -= 1
        peer.requestBytes -= entry.requestBytes
        while let first = peer.pending.first, !isPending(first, of: entry.address) { peer.pending.removeFirst() }
        if peer.pending.count > 2 * peer.count + Self.slack {
            peer.pending = CircularBuffer(peer.pending.filter { isPending($0, of: entry.address) })
        }
        peers[entry.address] = peer
    }
}
