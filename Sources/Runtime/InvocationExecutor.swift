/// Runs the loop's asynchronous code on the loop's own thread, which has nothing else to do while a handler runs: an invocation
/// crosses from one thread to another only where the handler's own code does.
final class InvocationExecutor: TaskExecutor {
    private let jobs = Monitor<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        jobs.signal()
    }

    /// Starts an operation; it proceeds while the thread is in `finish`.
    func start<Value: Sendable>(_ operation: sending @escaping () async -> Value) -> RunningOperation<Value> {
        RunningOperation(on: self, operation)
    }

    /// Runs an operation to its end. To be called by the loop's thread alone.
    func finish<Value: Sendable>(_ operation: RunningOperation<Value>) -> Value {
        while true {
            if let value = operation.value { return value }
            for job in takeJobs() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Waits for jobs.
    private func takeJobs() -> [UnownedJob] {
        jobs.wait { jobs in
            guard !jobs.isEmpty else { return nil }
            defer { jobs = [] }
            return jobs
        }
    }
}
