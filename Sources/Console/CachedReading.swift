// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection

/// Something that is read from AWS, held for a while, so that ten open pages cost what one does.
///
/// Requests that arrive during a read wait for that read. After a failure, the last value stays, with its age.
actor CachedReading<Value: Sendable> {
    /// What the last reads gave.
    struct Result: Sendable {
        /// The last value that was read; `nil` if no read succeeded yet.
        var value: Value?
        /// When the value was read.
        var readAt: Date?
        /// Why the last read failed; `nil` if it did not.
        var problem: Problem?
        /// Increases with each read.
        var number = 0
    }

    /// A value is read again when it is this many times as old as its read took, so that a long read, of a large
    /// table, does not follow the one before it at once.
    private static var restFactor: Double { 4 }

    private let minimumAge: Duration
    private let read: @Sendable () async throws -> Value
    private let clock = ContinuousClock()
    private var result = Result()
    private var freshUntil: ContinuousClock.Instant?
    private var running: Task<Void, Never>?

    /// - Parameter minimumAge: the least time between two reads.
    init(minimumAge: Duration, read: @escaping @Sendable () async throws -> Value) {
        self.minimumAge = minimumAge
        self.read = read
    }

    func current() async -> Result {
        if let freshUntil, clock.now < freshUntil { return result }
        if running == nil { running = Task { await self.refresh() } }
        await running?.value
        return result
    }

    private func refresh() async {
        let began = clock.now
        do {
            let value = try await read()
            result = Result(value: value, readAt: Date(), problem: nil, number: result.number + 1)
        } catch {
            result.problem = ReadingProblem.problem(of: error)
            result.number += 1
        }
        freshUntil = clock.now + max(minimumAge, (clock.now - began) * Self.restFactor)
        running = nil
    }
}
