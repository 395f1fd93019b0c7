// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HTTP

@Suite("EasyHandlePool")
struct EasyHandlePoolTests {
    @Test("A burst leaves no more idle handles than the maximum; the others are freed")
    func burst() {
        var pool = EasyHandlePool()
        let burst = (0..<3 * EasyHandlePool.maximumIdle).map { _ in Released(pool.take()) }
        #expect(pool.count == 0)
        for taken in burst { taken.give(to: &pool) }
        #expect(pool.count == EasyHandlePool.maximumIdle)
        #expect(burst.count { $0.handle != nil } == EasyHandlePool.maximumIdle)
    }

    @Test("An idle handle is used again before another one is opened")
    func reuse() {
        var pool = EasyHandlePool()
        let first = pool.take()
        let second = pool.take()
        #expect(first !== second)
        pool.put(first)
        pool.put(second)
        let again = [pool.take(), pool.take()]
        #expect(again[0] === second)
        #expect(again[1] === first)
    }

    /// A handle that is held until it is given to a pool, and only watched afterwards.
    private final class Released {
        private(set) weak var handle: EasyHandle?
        private var held: EasyHandle?

        init(_ handle: EasyHandle) {
            self.handle = handle
            held = handle
        }

        func give(to pool: inout EasyHandlePool) {
            if let held { pool.put(held) }
            held = nil
        }
    }
}
