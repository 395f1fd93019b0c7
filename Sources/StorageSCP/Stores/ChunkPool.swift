// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The chunks that are not in use. The memory budget limits how many chunks there are in total. Chunks that were not
/// needed for some time are released, so that a peak, for example while a store was slow, does not keep its memory for
/// ever.
final class ChunkPool: Sendable {
    private struct State {
        var free: [Chunk] = []
        /// The smallest number of free chunks since `since`.
        var neverNeeded = 0
        var since: ContinuousClock.Instant
    }

    private static let period = Duration.seconds(10)

    private let now: @Sendable () -> ContinuousClock.Instant
    private let state: Mutex<State>

    init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
        state = Mutex(State(since: now()))
    }

    var freeCount: Int { state.withLock { $0.free.count } }

    func take() -> Chunk {
        let chunk = state.withLock { state in
            defer { state.neverNeeded = min(state.neverNeeded, state.free.count) }
            return state.free.popLast()
        }
        return chunk ?? Chunk()
    }

    func giveBack(_ chunks: [Chunk]) {
        let now = now()
        state.withLock { state in
            state.free += chunks
            guard now - state.since >= Self.period else { return }
            state.free.removeFirst(state.neverNeeded)
            state.neverNeeded = state.free.count
            state.since = now
        }
    }
}
