// SPDX-License-Identifier: Apache-2.0

/// Work was cancelled because it exceeded its time limit.
struct TimeLimitExceeded: Error, Equatable, CustomStringConvertible {
    let limit: Duration

    var description: String { "expected the work to end within \(limit), but it was cancelled" }
}

/// Cancels the work when the limit has passed, and waits until the work has ended.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration, clock: any Clock<Duration>,
    _ work: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await clock.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() ?? nil else { throw TimeLimitExceeded(limit: limit) }
        return value
    }
}
