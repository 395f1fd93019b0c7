import ImportPipeline
import Logging
import StructuredLog
import Synchronization

/// This task's lease, from its start until it ends: see `TaskLease`.
final class HeldLease: Sendable {
    private struct State {
        /// By `elapsed`.
        var heldUntil = Duration.zero
        /// How often it was taken anew.
        var term = 0
        /// The one that is under way.
        var renewal: Task<Int, any Error>?
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
        // Goes on while the machine sleeps, which is what a lease is about.
        let start = clock.now
        elapsed = { start.duration(to: clock.now) }
        self.spawn = spawn
        self.logger = logger
    }

    /// Another number each time that the lease had been lost; nil while it is not held. What is acknowledged in a term is
    /// found by whoever closes in this task's place what was opened in that term.
    var term: Int? {
        let now = elapsed()
        return state.withLock { now < $0.heldUntil ? $0.term : nil }
    }

    /// Begins to keep it ahead of the first delivery, which would have to wait for it. What stands in the way of storing is
    /// told at once.
    func begin() async {
        do {
            _ = try await acquire()
        } catch {
            logger.error(
                "task lease not written: nothing is acknowledged until the store takes it", error: error,
                metadata: ["task": "\(task)"])
        }
    }

    /// The term, when the lease is held; the first call begins to keep it.
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

    /// For a task that has no deliveries any more.
    func release() async {
        let (keeping, renewal) = state.withLock { ($0.keeping, $0.renewal) }
        guard let keeping else { return }
        keeping.cancel()
        await keeping.value
        _ = try? await renewal?.value
        do {
            try await store.removeDocument(key: BucketLayout.taskLeaseKey(of: task))
        } catch {
            logger.warning("task lease not removed: nobody needs it", error: error, metadata: ["task": "\(task)"])
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

    /// Two attempts or three before it is lost: one on a connection that is dead takes its time.
    private func keep() async {
        while (try? await clock.sleep(for: .seconds(lease.seconds) / 4)) != nil {
            let wasHeld = term != nil
            do {
                try await renew()
            } catch {
                guard !Task.isCancelled else { return }
                logger.error(
                    wasHeld ? "task lease not renewed yet, trying again" : "task lease lost: nothing is acknowledged",
                    error: error, metadata: ["task": "\(task)"])
            }
        }
    }
}
