// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The clock of one process. It goes on while the process is frozen, and stops while its machine is paused.
// Sendable: a run has one thread.
final class SimulatedClock: Clock, @unchecked Sendable {
    typealias Duration = Swift.Duration

    struct Instant: InstantProtocol {
        let sinceBeginning: Duration

        func advanced(by duration: Duration) -> Instant { Instant(sinceBeginning: sinceBeginning + duration) }
        func duration(to other: Instant) -> Duration { other.sinceBeginning - sinceBeginning }
        static func < (one: Instant, other: Instant) -> Bool { one.sinceBeginning < other.sinceBeginning }
    }

    private struct Sleeper {
        let deadline: Instant
        let wake: (Result<Void, any Error>) -> Void
        let waiting: Int
    }

    private unowned let process: SimulatedProcess
    private let scheduler: Scheduler
    /// How far the wall clock is ahead of S3's.
    private let skew: Duration
    private var stoppedAt: Duration?
    private var lost = Duration.zero
    private var sleepers: [Int: Sleeper] = [:]
    private var count = 0

    init(of process: SimulatedProcess, skew: Duration) {
        self.process = process
        scheduler = process.scheduler
        self.skew = skew
    }

    let minimumResolution = Duration.zero
    var now: Instant { Instant(sinceBeginning: (stoppedAt ?? scheduler.time) - lost) }
    /// The wall clock. It is corrected when a machine goes on after a pause.
    var date: Date { Scheduler.beginning.addingTimeInterval((scheduler.time + skew) / .seconds(1)) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        count += 1
        let id = count
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                guard !Task.isCancelled, process.condition != .unwinding else {
                    return continuation.resume(throwing: CancellationError())
                }
                add(id, until: deadline) { continuation.resume(with: $0) }
            }
        } onCancel: {
            wake(id, .failure(CancellationError()))
        }
    }

    func stop() {
        stoppedAt = scheduler.time
    }

    func goOn() {
        guard let stoppedAt else { return }
        lost += scheduler.time - stoppedAt
        self.stoppedAt = nil
        for id in sleepers.keys.sorted() { setAlarm(id) }
    }

    private func add(_ id: Int, until deadline: Instant, wake: @escaping (Result<Void, any Error>) -> Void) {
        let waiting = process.wait { [self] in
            sleepers[id] = nil
            wake(.failure(CancellationError()))
        }
        sleepers[id] = Sleeper(deadline: deadline, wake: wake, waiting: waiting)
        setAlarm(id)
    }

    private func setAlarm(_ id: Int) {
        guard let sleeper = sleepers[id] else { return }
        scheduler.after(max(.zero, now.duration(to: sleeper.deadline))) { [self, process] in
            // If the clock was stopped in the meantime, a later alarm was set.
            guard stoppedAt == nil, let sleeper = sleepers[id], now >= sleeper.deadline else { return }
            if !process.isOver { wake(id, .success(())) }
        }
    }

    private func wake(_ id: Int, _ result: Result<Void, any Error>) {
        guard let sleeper = sleepers.removeValue(forKey: id), process.stopWaiting(sleeper.waiting) else { return }
        sleeper.wake(result)
    }
}
