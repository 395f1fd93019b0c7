// SPDX-License-Identifier: Apache-2.0

/// The tries to start the job of the message at the head of the queue, within one invocation. It decides what to do
/// after each failure.
///
/// While a message is in flight, its message group is blocked, and only this invocation starts jobs for the data store.
/// So it waits in place while HealthImaging is busy, but lets the next message pass if something is wrong with this
/// one.
package struct StartTries: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        case tryAgain(after: Duration)
        /// Put the message back to the head of the queue, hidden for `hiddenSeconds`.
        case putBack
        /// Answer the execution with the error. The execution may send another message, to the tail of the queue.
        case giveUp
    }

    /// How long a message that was put back stays hidden. With the visibility timeout of the queue it would block the
    /// data store for more than a minute.
    package static let hiddenSeconds = 1
    package static let maximumFailures = 5
    /// The time that a try may need: HealthImaging answers within ten seconds or not at all; then the item is written
    /// and the execution is answered.
    package static let timeForTry: Duration = .seconds(14)

    /// Tries that ended with `StartRefusal.broken`.
    package private(set) var failures = 0

    package init() {}

    /// `remaining` is the time until the deadline of the invocation; `fraction` is a random number from 0 to 1.
    package mutating func refused(_ refusal: StartRefusal, remaining: Duration, fraction: Double) -> Action {
        let free = remaining - Self.timeForTry
        switch refusal {
        case .throttled: return wait(.seconds(1), within: free)
        case .quotaReached: return wait(.seconds(2) + .seconds(3) * fraction, within: free)
        case .broken:
            failures += 1
            guard failures < Self.maximumFailures, free >= .zero else { return .giveUp }
            return .tryAgain(after: min(free, .seconds(max(1, 1 << (failures - 2)))))
        case .final: return .giveUp
        }
    }

    private func wait(_ wait: Duration, within free: Duration) -> Action {
        wait <= free ? .tryAgain(after: wait) : .putBack
    }
}
