// SPDX-License-Identifier: Apache-2.0

/// A clock that sometimes shows a wrong time.
// Sendable: a run has one thread.
final class LyingClock: Clock, @unchecked Sendable {
    typealias Duration = Swift.Duration
    typealias Instant = SimulatedClock.Instant

    enum Lie {
        case truth
        /// The clock shows the time at which it was made.
        case reset
        case behind(Duration)
    }

    private let clock: SimulatedClock
    private let beginning: Instant
    private let lie: () -> Lie

    init(_ clock: SimulatedClock, _ lie: @escaping () -> Lie) {
        self.clock = clock
        self.lie = lie
        beginning = clock.now
    }

    var minimumResolution: Duration { clock.minimumResolution }

    var now: Instant {
        switch lie() {
        case .truth: clock.now
        case .reset: beginning
        case .behind(let duration): clock.now.advanced(by: .zero - duration)
        }
    }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let lag: Duration = if case .behind(let duration) = lie() { duration } else { .zero }
        try await clock.sleep(until: deadline.advanced(by: lag), tolerance: tolerance)
    }
}
