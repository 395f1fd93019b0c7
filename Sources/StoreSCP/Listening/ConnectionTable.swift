import NIOCore

/// Which connections have a place, and which lose it when there are too many, or when they hold too much of requests that are
/// not whole: always one of the peer that has most, so that nobody is kept out by another.
///
/// Only those without an association lose their place here: what an association may do is `OpenAssociations`' matter. A peer is
/// an address; those whose address only a load balancer's header will tell count as one.
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
    }

    private struct Peer {
        /// Without an association.
        var pending: Set<ID> = []
        var requestBytes = 0
    }

    private let limits: Limits
    private var entries: [ID: Entry] = [:]
    private var peers: [String?: Peer] = [:]
    private(set) var requestBytes = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var count: Int { entries.count }

    /// Those that lose their place, which can be the new one itself. `silentSince` tells how long each has said nothing.
    mutating func opened(_ id: ID, from address: String?, silentSince: (ID) -> NIODeadline) -> [ID] {
        entries[id] = Entry(address: address)
        peers[address, default: Peer()].pending.insert(id)
        var displaced: [ID] = []
        while entries.count > limits.connections, let next = peers.values.max(by: { $0.pending.count < $1.pending.count }),
            let victim = next.pending.min(by: { silentSince($0) < silentSince($1) })
        {
            closed(victim)
            displaced.append(victim)
        }
        return displaced
    }

    mutating func peerIsKnown(_ address: String?, of id: ID) {
        guard var entry = entries[id], !entry.isAssociation else { return }
        forget(id, entry)
        entry.address = address
        entries[id] = entry
        peers[address, default: Peer()].pending.insert(id)
        peers[address]?.requestBytes += entry.requestBytes
    }

    /// Those that lose their place.
    mutating func requestHolds(_ bytes: Int, of id: ID) -> [ID] {
        guard var entry = entries[id] else { return [] }
        requestBytes += bytes - entry.requestBytes
        peers[entry.address]?.requestBytes += bytes - entry.requestBytes
        entry.requestBytes = bytes
        entries[id] = entry
        var displaced: [ID] = []
        while requestBytes > limits.requestBytes,
            let next = peers.values.max(by: { $0.requestBytes < $1.requestBytes }),
            let victim = next.pending.max(by: { bytesHeld(by: $0) < bytesHeld(by: $1) })
        {
            closed(victim)
            displaced.append(victim)
        }
        return displaced
    }

    mutating func becameAssociation(_ id: ID) {
        guard let entry = entries[id] else { return }
        forget(id, entry)
        requestBytes -= entry.requestBytes
        entries[id] = Entry(address: entry.address, isAssociation: true)
    }

    mutating func closed(_ id: ID) {
        guard let entry = entries.removeValue(forKey: id) else { return }
        forget(id, entry)
        requestBytes -= entry.requestBytes
    }

    private func bytesHeld(by id: ID) -> Int { entries[id]?.requestBytes ?? 0 }

    private mutating func forget(_ id: ID, _ entry: Entry) {
        guard !entry.isAssociation else { return }
        peers[entry.address]?.pending.remove(id)
        peers[entry.address]?.requestBytes -= entry.requestBytes
        if peers[entry.address]?.pending.isEmpty == true { peers[entry.address] = nil }
    }
}
