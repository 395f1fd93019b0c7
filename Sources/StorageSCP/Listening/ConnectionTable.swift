// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Decides which connections have to close when there are too many, or when incomplete requests hold too much memory:
/// always one of the peer that has most, so that one peer cannot keep others out.
///
/// Only *pending* connections have to close here: those without an association, and those whose peer ended its side and
/// left bytes not yet processed. `OpenAssociations` limits associations. A peer is an address; until a PROXY header
/// tells it, it is the load balancer's own.
struct ConnectionTable {
    typealias ID = ObjectIdentifier

    struct Limits: Sendable, Equatable {
        var connections: Int
        /// The memory of all A-ASSOCIATE-RQs that are incomplete or not decided on.
        var requestBytes: Int
    }

    private struct Entry {
        var address: String?
        var isAssociation = false
        var requestBytes = 0

        var isPending: Bool { !isAssociation || requestBytes > 0 }
    }

    private struct Peer {
        /// The number of pending connections.
        var count = 0
        /// All pending connections in the order in which they opened, and some that are no longer pending.
        var pending = CircularBuffer<ID>()
        var requestBytes = 0
    }

    /// A peer's list is cleaned up when more than this many of its connections, plus the number of pending ones, are no
    /// longer pending.
    private static let slack = 16

    private let limits: Limits
    private var entries: [ID: Entry] = [:]
    private var peers: [String?: Peer] = [:]
    private(set) var requestBytes = 0

    init(limits: Limits) {
        self.limits = limits
    }

    var count: Int { entries.count }

    /// The connections that have to close, which may include the new one. The oldest close first: a client that wants
    /// to send does so soon after it connects.
    mutating func opened(_ id: ID, from address: String?) -> [ID] {
        add(id, Entry(address: address))
        // If several peers have most, one other than the new connection's peer makes room.
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

    /// The connections that have to close.
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

    /// The entry in `entries` must already be removed, or no longer pending.
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
