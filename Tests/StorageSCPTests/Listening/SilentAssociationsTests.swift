// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Synchronization
import Testing

@testable import StorageSCP

/// Which association makes room for a new one.
@Suite("Silent associations")
struct SilentAssociationsTests {
    private final class Connection: WatchedConnection {
        private let silence: Atomic<UInt64>
        private let displacements = Atomic(0)
        private let lastReason = Mutex<Displacement?>(nil)

        init(silentSince: NIODeadline) {
            silence = Atomic(silentSince.uptimeNanoseconds)
        }

        var reason: Displacement? { lastReason.withLock { $0 } }
        var isDisplaced: Bool { displacements.load(ordering: .relaxed) > 0 }
        var silentSince: NIODeadline { .uptimeNanoseconds(silence.load(ordering: .relaxed)) }

        func setSilentSince(_ time: NIODeadline) { silence.store(time.uptimeNanoseconds, ordering: .relaxed) }
        func displace(_ reason: Displacement) {
            displacements.add(1, ordering: .relaxed)
            lastReason.withLock { $0 = reason }
        }
        func peerIsKnown(_ address: SocketAddress) {}
        func requestHolds(_ bytes: Int) {}
        func becameAssociation() {}
    }

    private static let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    /// At most three associations, each given by its address, its title and the seconds of its silence.
    private final class Crowd {
        let open: OpenAssociations
        private(set) var connections: [Connection] = []

        init(silentPerPeer: Int = 100) {
            open = OpenAssociations(
                limits: OpenAssociations.Limits(total: 3, silentPerPeer: silentPerPeer, silence: .seconds(30)),
                now: { now })
        }

        func admit(_ address: String, _ title: String, silent seconds: Int64) throws -> Bool {
            let connection = Connection(silentSince: now - .seconds(seconds))
            connections.append(connection)
            return open.admit(
                Association(
                    id: "\(connections.count - 1)", callingAETitle: title, calledAETitle: "STORESCP",
                    peer: try SocketAddress(ipAddress: address, port: 1), acceptedContexts: [:], connection: connection),
                atMostOfTitle: nil) == nil
        }

        var displaced: [Int] { connections.indices.filter { connections[$0].isDisplaced } }
    }

    @Test(
        "At the limit, the longest silent association of the peer with most makes room for a peer with fewer",
        arguments: [
            // The open associations, the new one, and the one that makes room; `nil` if the new one is refused.
            ([("10.0.0.1", "A", 40), ("10.0.0.1", "A", 50), ("10.0.0.2", "B", 99)], ("10.0.0.3", "C"), 1),
            ([("10.0.0.1", "A", 29), ("10.0.0.1", "A", 0), ("10.0.0.2", "B", 29)], ("10.0.0.3", "C"), nil),
            ([("10.0.0.1", "A", 40), ("10.0.0.1", "B", 50), ("10.0.0.1", "A", 45)], ("10.0.0.1", "C"), 2),
            ([("10.0.0.1", "A", 40), ("10.0.0.1", "B", 50), ("10.0.0.1", "C", 45)], ("10.0.0.1", "A"), nil),
            ([("10.0.0.1", "A", 40), ("10.0.0.1", "A", 50), ("10.0.0.1", "A", 45)], ("10.0.0.1", "A"), nil),
            // Different titles of one address count as one peer.
            ([("10.0.0.1", "A", 40), ("10.0.0.3", "B", 50), ("10.0.0.2", "A", 99)], ("10.0.0.2", "C"), 2),
            ([("10.0.0.1", "A", 40), ("10.0.0.1", "B", 50), ("10.0.0.2", "A", 99)], ("10.0.0.3", "C"), 1),
        ] as [([(String, String, Int64)], (String, String), Int?)])
    func displacement(there: [(String, String, Int64)], comes: (String, String), goes: Int?) throws {
        let crowd = Crowd()
        for (address, title, seconds) in there { #expect(try crowd.admit(address, title, silent: seconds)) }
        #expect(try crowd.admit(comes.0, comes.1, silent: 0) == (goes != nil))
        #expect(crowd.displaced == (goes.map { [$0] } ?? []))
        if let goes { #expect(crowd.connections[goes].reason == .associations) }
    }

    @Test("An association that waits for us is not silent")
    func waiting() throws {
        let crowd = Crowd()
        for _ in 0..<3 { #expect(try crowd.admit("10.0.0.1", "A", silent: 99)) }
        for connection in crowd.connections { connection.setSilentSince(.distantFuture) }
        #expect(try !crowd.admit("10.0.0.2", "B", silent: 0))
    }

    @Test("An association that made room counts until it has ended, and only once")
    func ends() throws {
        let crowd = Crowd()
        for _ in 0..<3 { #expect(try crowd.admit("10.0.0.1", "A", silent: 99)) }
        #expect(try crowd.admit("10.0.0.2", "B", silent: 0))
        #expect(crowd.open.count == 4)
        let gone = try #require(crowd.displaced.first)
        crowd.open.ended("\(gone)")
        #expect(crowd.open.count == 3)
        #expect(try crowd.admit("10.0.0.3", "C", silent: 0))
        #expect(try crowd.admit("10.0.0.4", "D", silent: 0))
        #expect(try !crowd.admit("10.0.0.5", "E", silent: 0))
    }

    @Test("A title has no more silent associations than its limit; others are not limited")
    func silentPerPeer() throws {
        let crowd = Crowd(silentPerPeer: 2)
        #expect(try crowd.admit("10.0.0.1", "A", silent: 40))
        #expect(try crowd.admit("10.0.0.1", "A", silent: 50))
        #expect(try crowd.admit("10.0.0.1", "A", silent: 0))
        #expect(crowd.displaced == [1])
        #expect(crowd.connections[1].reason == .silentAssociations)
        #expect(try crowd.admit("10.0.0.1", "B", silent: 40))
        #expect(crowd.displaced == [1])
    }
}
