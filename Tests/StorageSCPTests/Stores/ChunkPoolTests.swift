// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite("Chunk pool")
struct ChunkPoolTests {
    private let clock = ManualClock()

    private func use(_ count: Int, of pool: ChunkPool) {
        pool.giveBack((0..<count).map { _ in pool.take() })
    }

    @Test("A chunk that was given back is used again")
    func reuse() {
        let pool = ChunkPool()
        let chunk = pool.take()
        pool.giveBack([chunk])
        #expect(pool.take() === chunk)
        #expect(pool.freeCount == 0)
    }

    @Test("Chunks that were needed only once are released after some time; chunks that are needed stay")
    func idleChunks() {
        let pool = ChunkPool(now: { [clock] in clock.now })
        use(10, of: pool)
        clock.advance(by: .seconds(9))
        use(3, of: pool)
        #expect(pool.freeCount == 10)
        // In the first period ten chunks were needed; from now on three are.
        clock.advance(by: .seconds(1))
        use(3, of: pool)
        #expect(pool.freeCount == 10)
        clock.advance(by: .seconds(10))
        use(3, of: pool)
        #expect(pool.freeCount == 3)
        clock.advance(by: .seconds(10))
        use(3, of: pool)
        #expect(pool.freeCount == 3)
    }

    @Test("Chunks that were in use all the time stay when they are given back")
    func inUse() {
        let pool = ChunkPool(now: { [clock] in clock.now })
        let taken = (0..<5).map { _ in pool.take() }
        clock.advance(by: .seconds(10))
        use(1, of: pool)
        clock.advance(by: .seconds(10))
        pool.giveBack(taken)
        #expect(pool.freeCount == taken.count)
    }
}
