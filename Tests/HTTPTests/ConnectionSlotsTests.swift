// SPDX-License-Identifier: Apache-2.0

import HTTP
import Synchronization
import Testing

@Suite("ConnectionSlots", .timeLimit(.minutes(1))) struct ConnectionSlotsTests {
    @Test("All waiters get a slot, one after another")
    func all() async throws {
        let slots = ConnectionSlots(1)
        try await slots.acquire()
        let tasks = (0..<2000).map { _ in
            Task {
                try await slots.acquire()
                slots.release()
            }
        }
        slots.release()
        for task in tasks { try await task.value }
    }

    @Test("Cancellation at any moment does not lose a slot")
    func cancelled() async throws {
        let slots = ConnectionSlots(3)
        let use = SlotUse()
        let tasks = (0..<2000).map { _ in
            Task {
                try await slots.acquire()
                use.began()
                await Task.yield()
                use.ended()
                slots.release()
            }
        }
        for (index, task) in tasks.enumerated() where index % 2 == 0 { task.cancel() }
        for (index, task) in tasks.enumerated() {
            if case .failure(let error) = await task.result { #expect(index % 2 == 0, "\(error)") }
        }
        #expect(use.greatest <= 3)
        for _ in 0..<3 { try await slots.acquire() }
    }
}

private final class SlotUse: Sendable {
    private let counts = Mutex((now: 0, greatest: 0))

    var greatest: Int { counts.withLock { $0.greatest } }

    func began() {
        counts.withLock { $0 = ($0.now + 1, max($0.greatest, $0.now + 1)) }
    }

    func ended() {
        counts.withLock { $0.now -= 1 }
    }
}
