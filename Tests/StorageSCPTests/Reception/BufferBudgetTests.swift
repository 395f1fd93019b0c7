// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import NIOEmbedded
import Testing

@testable import StorageSCP

@Suite("Memory budget")
struct BufferBudgetTests {
    private let eventLoop = EmbeddedEventLoop()
    private let budget = BufferBudget(bytes: 100)

    /// A request for memory, and whether it has been granted.
    private final class Wish {
        private(set) var isGranted = false

        init(_ share: BufferShare, _ bytes: Int, _ eventLoop: EmbeddedEventLoop) {
            guard case .after(let wait) = share.grow(by: bytes, eventLoop: eventLoop) else {
                isGranted = true
                return
            }
            wait.assumeIsolated().whenSuccess { self.isGranted = true }
        }
    }

    @Test("Free memory is granted at once, and is free again when its holder is deallocated")
    func granted() {
        do {
            let share = BufferShare(of: budget, for: Samples.peer)
            #expect(Wish(share, 60, eventLoop).isGranted)
            #expect(Wish(share, 40, eventLoop).isGranted)
            #expect(budget.available == 0)
            share.shrink(by: 10)
            #expect(budget.available == 10)
        }
        #expect(budget.available == 100)
    }

    @Test("One holder may exceed the budget so that it can continue; the next one waits until there is room")
    func overdraft() {
        let full = BufferShare(of: budget, for: Samples.peer)
        #expect(Wish(full, 100, eventLoop).isGranted)
        let first = BufferShare(of: budget, for: Samples.peer)
        let second = BufferShare(of: budget, for: Samples.peer)
        #expect(Wish(first, 30, eventLoop).isGranted)
        #expect(Wish(first, 30, eventLoop).isGranted)
        let waiting = Wish(second, 20, eventLoop)
        #expect(!waiting.isGranted)
        #expect(budget.available == -60)
        full.shrink(by: 70)
        #expect(!waiting.isGranted)
        full.shrink(by: 10)
        #expect(waiting.isGranted)
        #expect(budget.available == 0)
    }

    @Test("When the holder that exceeds the budget gives back its memory, the next waiter may exceed it")
    func overdraftPassesOn() {
        let full = BufferShare(of: budget, for: Samples.peer)
        _ = Wish(full, 100, eventLoop)
        let first = BufferShare(of: budget, for: Samples.peer)
        _ = Wish(first, 50, eventLoop)
        let shares = (0..<2).map { _ in BufferShare(of: budget, for: Samples.peer) }
        let waiting = shares.map { Wish($0, 50, eventLoop) }
        first.shrink(by: 50)
        #expect(waiting.map(\.isGranted) == [true, false])
        shares[0].shrink(by: 50)
        #expect(waiting.map(\.isGranted) == [true, true])
    }

    @Test("A small request does not overtake a waiting one")
    func order() {
        let full = BufferShare(of: budget, for: Samples.peer)
        _ = Wish(full, 90, eventLoop)
        let exceeding = BufferShare(of: budget, for: Samples.peer)
        _ = Wish(exceeding, 50, eventLoop)
        let large = BufferShare(of: budget, for: Samples.peer)
        let small = BufferShare(of: budget, for: Samples.peer)
        let waiting = [Wish(large, 60, eventLoop), Wish(small, 1, eventLoop)]
        full.shrink(by: 50)
        #expect(waiting.map(\.isGranted) == [false, false])
        full.shrink(by: 40)
        #expect(waiting.map(\.isGranted) == [false, false])
        exceeding.shrink(by: 20)
        #expect(waiting.map(\.isGranted) == [true, true])
    }
}
