// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import StorageSCP

/// In whatever order receptions ask for memory, one of them can always continue.
@Suite("Progress with little memory")
struct MemoryProgressTests {
    private final class Reception {
        let peer: MemoryShares.Peer
        /// The bytes that it has yet to receive.
        var rest: Int
        var held = 0
        var isWaiting = false

        init(peer: MemoryShares.Peer, bytes: Int) {
            self.peer = peer
            rest = bytes
        }
    }

    private static let part = 80

    @Test("All receptions end although each may need more memory than is left", arguments: [1, 2, 5])
    func ends(addresses: Int) {
        for seed in 0..<300 {
            var random = Numbers(state: UInt64(seed))
            var shares = MemoryShares(bytes: 384, patience: .seconds(5))
            var receptions = (0..<30).map { number in
                Reception(
                    peer: MemoryShares.Peer(
                        address: "\(number % addresses)", callingAETitle: "\(Int.random(in: 0..<2, using: &random))"),
                    bytes: Int.random(in: 1..<200, using: &random))
            }
            while let next = receptions.filter({ !$0.isWaiting }).randomElement(using: &random) {
                let id = ObjectIdentifier(next)
                if next.rest == 0 || next.held >= Self.part {
                    // The store has taken the held bytes.
                    let granted = shares.giveBack(next.held, of: id)
                    next.held = 0
                    for waiter in granted {
                        receptions.first { ObjectIdentifier($0) == waiter.holder }?.isWaiting = false
                    }
                    if next.rest == 0 { receptions.removeAll { $0 === next } }
                    continue
                }
                let bytes = min(next.rest, Int.random(in: 1...5, using: &random))
                next.rest -= bytes
                next.held += bytes
                next.isWaiting = !shares.take(bytes, for: id, of: next.peer, at: .uptimeNanoseconds(0))
            }
            #expect(receptions.isEmpty, "seed \(seed): \(receptions.count) wait for each other")
            guard receptions.isEmpty else { return }
            #expect(shares.available == 384)
        }
    }

    /// Gives the same numbers for the same seed.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
