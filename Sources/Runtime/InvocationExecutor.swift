// SPDX-License-Identifier: Apache-2.0

/// Runs the loop's asynchronous code on the loop's own thread, which would otherwise only wait while a handler runs. An
/// invocation changes threads only where the handler's own code does.
final class InvocationExecutor: TaskExecutor {
    private let jobs = Monitor<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        jobs.signal()
    }

    /// Starts an operation. It makes progress only while the loop's thread is in `finish`.
    func start<Value: Sendable>(_ operation: sending @escaping () async -> Value) -> RunningOperation<Value> {
        RunningOperation(on: self, operation)
    }

    /// Runs an operation to its end. Only the loop's thread may call this.
    func finish<Value: Sendable>(_ operation: RunningOperation<Value>) -> Value {
        while true {
            if let value = operation.value { return value }
            for job in takeJobs() { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Waits until there are jobs, and takes them.
    private func takeJobs() -> [UnownedJob] {
        jobs.wait { jobs in
            guard !jobs.isEmpty else { return nil }
            defer { jobs = [] }
            return jobs
        }
    }
}
