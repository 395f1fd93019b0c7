// SPDX-License-Identifier: Apache-2.0

/// A check that took too long.
struct TimeLimitPassed: Error, CustomStringConvertible {
    let limit: Duration

    var description: String { "no answer within \(limit.components.seconds) s" }
}

enum TimeLimit {
    /// Returns when the work is done or the limit has passed, whichever is first. Work that does not end when it is
    /// cancelled goes on, and its result is lost.
    static func wait<Success: Sendable>(
        _ limit: Duration, for work: @escaping @Sendable () async throws -> Success
    ) async throws -> Success {
        let (results, continuation) = AsyncStream<Result<Success, any Error>>.makeStream()
        let working = Task {
            do {
                continuation.yield(.success(try await work()))
            } catch {
                continuation.yield(.failure(error))
            }
        }
        let timer = Task {
            guard (try? await Task.sleep(for: limit)) != nil else { return }
            continuation.yield(.failure(TimeLimitPassed(limit: limit)))
        }
        defer {
            working.cancel()
            timer.cancel()
        }
        for await result in results { return try result.get() }
        throw CancellationError()
    }
}
