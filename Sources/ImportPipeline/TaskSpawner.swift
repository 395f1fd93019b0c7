// SPDX-License-Identifier: Apache-2.0

/// Starts concurrent Swift tasks that outlive the call. A simulation gives it an executor, and so decides when each
/// step of them runs.
package struct TaskSpawner: Sendable {
    private let executor: (any TaskExecutor)?

    /// `nil`: the executor of the concurrency library.
    package init(executor: (any TaskExecutor)? = nil) {
        self.executor = executor
    }

    @discardableResult
    package func callAsFunction<Success: Sendable>(
        _ work: @escaping @Sendable () async throws -> Success
    ) -> Task<Success, any Error> {
        Task(executorPreference: executor, operation: work)
    }

    @discardableResult
    package func callAsFunction<Success: Sendable>(
        _ work: @escaping @Sendable () async -> Success
    ) -> Task<Success, Never> {
        Task(executorPreference: executor, operation: work)
    }
}
