// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// A clock and an executor in one: steps of tasks run on the test's own thread, and time moves on only when no task can
/// continue.
final class SimulatedTime: Clock, TaskExecutor {
    typealias Instant = ContinuousClock.Instant

    private struct State {
        var now: Instant
        var lastID = 0
        var sleepers: [Int: (deadline: Instant, continuation: CheckedContinuation<Void, any Error>)] = [:]
        var jobs: [UnownedJob] = []
    }

    private let start = ContinuousClock.now
    private let state: Mutex<State>

    init() {
        state = Mutex(State(now: start))
    }

    static let beginning = Date(timeIntervalSince1970: 1_800_000_000)

    var now: Instant { state.withLock { $0.now } }
    var minimumResolution: Duration { .zero }
    var date: Date { Self.beginning + elapsed.seconds }
    var elapsed: Duration { start.duration(to: now) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let id = state.withLock { state in
            state.lastID += 1
            return state.lastID
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                let isCancelled = state.withLock { state in
                    guard !Task.isCancelled else { return true }
                    state.sleepers[id] = (deadline, continuation)
                    return false
                }
                if isCancelled { continuation.resume(throwing: CancellationError()) }
            }
        } onCancel: {
            state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume(throwing: CancellationError())
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
    }

    /// Runs steps until no task can continue.
    func settle() {
        while true {
            let jobs = state.withLock { state in
                defer { state.jobs = [] }
                return state.jobs
            }
            if jobs.isEmpty { return }
            for job in jobs { job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }

    /// Lets this much time pass, or less if the condition becomes true before.
    func run(for duration: Duration, until isDone: () -> Bool = { false }) {
        let end = now.advanced(by: duration)
        settle()
        while !isDone() {
            let next = state.withLock { $0.sleepers.values.map(\.deadline).min() }
            guard let next, next <= end else { break }
            advance(to: next)
            settle()
        }
        if !isDone() { advance(to: end) }
        settle()
    }

    private func advance(to instant: Instant) {
        let due = state.withLock { state in
            state.now = max(state.now, instant)
            let due = state.sleepers.filter { $0.value.deadline <= state.now }.sorted { $0.key < $1.key }
            for (id, _) in due { state.sleepers[id] = nil }
            return due.map(\.value.continuation)
        }
        for continuation in due { continuation.resume() }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
