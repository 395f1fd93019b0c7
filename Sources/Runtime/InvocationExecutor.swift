/// Runs a loop's asynchronous code on the loop's own thread, which has nothing else to do while a handler runs: an invocation
/// crosses from one thread to another only where the handler's own code does.
final class InvocationExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        /// Something has changed that `run(until:)` may wait for.
        var isWoken = false
    }

    private let state = Monitor(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        state.signal()
    }

    /// Lets `run(until:)` look at its condition again, from any thread.
    func wake() {
        state.withLock { $0.isWoken = true }
        state.signal()
    }

    /// Starts an operation; it proceeds while the thread is in `run(until:)`.
    func start<Value: Sendable>(_ operation: sending @escaping () async -> Value) -> RunningOperation<Value> {
        RunningOperation(on: self, operation)
    }

    /// Runs what is there to run, and waits for more, until the condition holds. To be called by the loop's thread alone.
    func run(until condition: () -> Bool) {
        while !condition() {
            for job in takeJobs() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Runs an operation to its end.
    func finish<Value: Sendable>(_ operation: RunningOperation<Value>) -> Value {
        while true {
            if let value = operation.value { return value }
            run { operation.value != nil }
        }
    }

    /// Waits for jobs, or to be woken.
    private func takeJobs() -> [UnownedJob] {
        state.wait { state in
            guard !state.jobs.isEmpty || state.isWoken else { return nil }
            defer { state = State() }
            return state.jobs
        }
    }
}
