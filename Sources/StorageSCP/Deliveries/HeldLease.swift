// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Logging
import StructuredLog
import Synchronization

/// The lease that this task renews from its start until its end: see `TaskLease`.
final class HeldLease: Sendable {
    private struct State {
        /// Measured by `elapsed`.
        var heldUntil = Duration.zero
        /// Increases each time the lease is taken when it is not held.
        var term = 0
        /// The renewal that `acquire` started and that has not ended.
        var renewal: Task<Int, any Error>?
        /// Renews the lease at intervals.
        var keeping: Task<Void, Never>?
    }

    let task: TaskID
    private let store: any DocumentStore
    private let spawn: TaskSpawner
    private let lease: TaskLease
    private let clock: any Clock<Duration>
    private let elapsed: @Sendable () -> Duration
    private let logger: Logger
    private let state = Mutex(State())

    init<C: Clock>(
        task: TaskID = TaskID(), store: any DocumentStore, seconds: Int, clock: C = ContinuousClock(),
        spawn: TaskSpawner = TaskSpawner(), logger: Logger
    ) where C.Duration == Duration {
        self.task = task
        self.store = store
        lease = TaskLease(seconds: seconds)
        self.clock = clock
        // The continuous clock also counts while the machine sleeps, as a lease needs.
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        self.spawn = spawn
        self.logger = logger
    }

    /// Increases each time the lease is regained after a loss; `nil` while it is not held. An instance may be
    /// acknowledged only in the term in which its delivery was opened: then a sweep that closes the delivery in this
    /// task's place finds the instance.
    var term: Int? {
        let now = elapsed()
        return state.withLock { now < $0.heldUntil ? $0.term : nil }
    }

    /// Returns the term when the lease is held. The first call starts the renewals.
    func acquire() async throws -> Int {
        if let term { return term }
        let renewal = state.withLock { state in
            let renewal = state.renewal ?? spawn { try await self.renew() }
            state.renewal = renewal
            if state.keeping == nil { state.keeping = spawn { [weak self] in await self?.keep() } }
            return renewal
        }
        return try await renewal.value
    }

    /// Deletes the lease. The task must have no deliveries.
    func release() async {
        let (keeping, renewal) = state.withLock { ($0.keeping, $0.renewal) }
        guard let keeping else { return }
        keeping.cancel()
        await keeping.value
        _ = try? await renewal?.value
        do {
            try await store.removeDocument(key: BucketLayout.taskLeaseKey(of: task))
        } catch {
            logger.warning(
                "could not delete the task lease; harmless, it will be ignored", error: error,
                metadata: ["task": "\(task)"])
        }
    }

    // MARK: -

    @discardableResult
    private func renew() async throws -> Int {
        defer { state.withLock { $0.renewal = nil } }
        let start = elapsed()
        try await store.putDocument(try PipelineJSON.encode(lease), key: BucketLayout.taskLeaseKey(of: task))
        let now = elapsed()
        return state.withLock { state in
            if now >= state.heldUntil { state.term += 1 }
            state.heldUntil = start + .seconds(lease.seconds)
            return state.term
        }
    }

    /// Renews the lease four times in its duration: an attempt on a dead connection takes long, so two or three
    /// attempts fit in before the lease is lost.
    private func keep() async {
        while (try? await clock.sleep(for: .seconds(lease.seconds) / 4)) != nil {
            let wasHeld = term != nil
            do {
                try await renew()
            } catch {
                guard !Task.isCancelled else { return }
                logger.error(
                    wasHeld
                        ? "task lease not renewed, trying again"
                        : "task lease lost: nothing is acknowledged until it is written again",
                    error: error, metadata: ["task": "\(task)"])
            }
        }
    }
}
