import Testing

@testable import StorageSCP

@Suite struct ChunkPoolTests {
    private let clock = ManualClock()

    private func use(_ count: Int, of pool: ChunkPool) {
        pool.giveBack((0..<count).map { _ in pool.take() })
    }

    @Test("A chunk is used again")
    func reuse() {
        let pool = ChunkPool()
        let chunk = pool.take()
        pool.giveBack([chunk])
        #expect(pool.take() === chunk)
        #expect(pool.freeCount == 0)
    }

    @Test("What was needed only once goes after some time, what is needed stays")
    func idleChunks() {
        let pool = ChunkPool(now: { [clock] in clock.now })
        use(10, of: pool)
        clock.advance(by: .seconds(9))
        use(3, of: pool)
        #expect(pool.freeCount == 10)
        // Until now ten were needed; from now on three are.
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

    @Test("What was in use all the time stays when it comes back")
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
