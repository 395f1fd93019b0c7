// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import Testing

@testable import StorageSCP

@Suite("Held lease", .timeLimit(.minutes(1)))
struct HeldLeaseTests {
    private let store = MemoryStore()
    private let clock = ManualClock()
    private let lease: HeldLease

    init() {
        lease = HeldLease(
            store: store, seconds: 60, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private var key: String { BucketLayout.taskLeaseKey(of: lease.task) }

    @Test("The lease is written when it is first acquired, and contains its duration")
    func acquire() async throws {
        #expect(lease.term == nil)
        #expect(store.objects.isEmpty)
        #expect(try await lease.acquire() == 1)
        #expect(lease.term == 1)
        #expect(try PipelineJSON.decode(TaskLease.self, from: try #require(store.objects[key])).seconds == 60)
    }

    @Test("The lease is renewed before it ends")
    func keep() async throws {
        _ = try await lease.acquire()
        for _ in 0..<20 {
            await clock.sleepers(1)
            clock.advance(by: .seconds(15))
        }
        await clock.sleepers(1)
        #expect(lease.term == 1)
    }

    @Test("The lease ends when the store accepts no renewal, and another term begins when it is regained")
    func lost() async throws {
        _ = try await lease.acquire()
        store.refuse(prefix: BucketLayout.taskLeases)
        for _ in 0..<4 {
            await clock.sleepers(1)
            clock.advance(by: .seconds(15))
        }
        await clock.sleepers(1)
        #expect(lease.term == nil)
        await #expect(throws: MemoryStore.Refused.self) { _ = try await lease.acquire() }
        store.accept(prefix: BucketLayout.taskLeases)
        #expect(try await lease.acquire() == 2)
        #expect(lease.term == 2)
    }

    @Test("The lease lasts from the moment at which writing it began, not from the answer")
    func slowAnswer() async throws {
        store.beforeAnswer { [clock, store] in
            // No renewal succeeds, whenever the task that renews wakes.
            store.refuse(prefix: BucketLayout.taskLeases)
            clock.advance(by: .seconds(40))
        }
        #expect(try await lease.acquire() == 1)
        clock.advance(by: .seconds(19))
        #expect(lease.term == 1)
        clock.advance(by: .seconds(1))
        #expect(lease.term == nil)
    }

    @Test("A renewal that is answered after the lease has ended begins another term")
    func lateAnswer() async throws {
        _ = try await lease.acquire()
        store.beforeAnswer { [clock] in clock.advance(by: .seconds(55)) }
        await clock.sleepers(1)
        clock.advance(by: .seconds(15))
        await clock.sleepers(1)
        #expect(lease.term == 2)
    }

    @Test("A process that was stopped for longer than the lease has lost it, even before its own timers run")
    func frozen() async throws {
        _ = try await lease.acquire()
        await clock.sleepers(1)
        store.refuse(prefix: BucketLayout.taskLeases)
        clock.advance(by: .seconds(61))
        #expect(lease.term == nil)
    }

    @Test("A task that ends deletes its lease; a task that never took one deletes nothing")
    func release() async throws {
        await lease.release()
        #expect(store.removed.isEmpty)
        _ = try await lease.acquire()
        await lease.release()
        #expect(store.removed == [key])
    }
}
