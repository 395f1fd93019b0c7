/// Runs a loop's asynchronous code on the loop's own thread, which has nothing else to do while a handler runs: no pool of
/// threads is started, and no invocation crosses from one thread to another.
final class InvocationExecutor: TaskExecutor {
    private let jobs = Monitor<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        jobs.signal()
    }

    /// Starts an operation; it proceeds while the thread is in `run(until:)`.
    func start<Value: Sendable>(_ operation: sending @escaping () async -> Value) -> RunningOperation<Value> {
        RunningOperation(on: self, operation)
    }

    /// Runs what there is to run, and waits for more, until the condition holds. To be called by the loop's thread alone.
    func run(until condition: () -> Bool) {
        while !condition() {
            let job = jobs.wait { jobs in jobs.isEmpty ? nil : jobs.removeFirst() }
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }

    /// Runs an operation to its end.
    func finish<Value: Sendable>(_ operation: RunningOperation<Value>) -> Value {
        while true {
            if let value = operation.value { return value }
            run { operation.value != nil }
        }
    }
}
