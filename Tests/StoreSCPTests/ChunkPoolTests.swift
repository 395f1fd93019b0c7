import Synchronization
import Testing

@testable import StorageSCP

@Suite struct ChunkPoolTests {
    private final class Time: Sendable {
        private let instant = Mutex(ContinuousClock.now)

        var now: ContinuousClock.Instant { instant.withLock { $0 } }

        func pass(_ duration: Duration) {
            instant.withLock { $0 += duration }
        }
    }

    private let time = Time()

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
        let pool = ChunkPool(now: { [time] in time.now })
        use(10, of: pool)
        time.pass(.seconds(9))
        use(3, of: pool)
        #expect(pool.freeCount == 10)
        // Until now ten were needed; from now on three are.
        time.pass(.seconds(1))
        use(3, of: pool)
        #expect(pool.freeCount == 10)
        time.pass(.seconds(10))
        use(3, of: pool)
        #expect(pool.freeCount == 3)
        time.pass(.seconds(10))
        use(3, of: pool)
        #expect(pool.freeCount == 3)
    }

    @Test("What was in use all the time stays when it comes back")
    func inUse() {
        let pool = ChunkPool(now: { [time] in time.now })
        let taken = (0..<5).map { _ in pool.take() }
        time.pass(.seconds(10))
        use(1, of: pool)
        time.pass(.seconds(10))
        pool.giveBack(taken)
        #expect(pool.freeCount == taken.count)
    }
}
