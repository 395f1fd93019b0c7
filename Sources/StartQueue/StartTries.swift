/// The tries to start the job of the message at the head of the queue, within one invocation: what to do next after each that
/// failed.
///
/// A message group is blocked while one of its messages is in flight: this is the data store's only starter. So it waits in place
/// where HealthImaging is busy, and lets the next one pass where something is wrong with this one.
package struct StartTries: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        case tryAgain(after: Duration)
        /// To the head of the queue, for `hiddenSeconds`.
        case putBack
        /// The execution is told, and may send a further message, to the tail.
        case giveUp
    }

    /// How long a message that is put back stays hidden. Left to the queue's visibility timeout it would block the data store for
    /// more than a minute.
    package static let hiddenSeconds = 1
    package static let maximumFailures = 5
    /// What a try may need: HealthImaging's answer comes within ten seconds or not at all; then the item and the execution's answer.
    package static let timeForTry: Duration = .seconds(14)

    /// Tries that ended with `StartRefusal.broken`.
    package private(set) var failures = 0

    package init() {}

    /// `remaining` is the time until the invocation's deadline, `fraction` is random, 0 to 1.
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
