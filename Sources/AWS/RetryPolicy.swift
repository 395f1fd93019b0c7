// SPDX-License-Identifier: Apache-2.0

import StructuredLog

/// Which requests are retried, how many times and after which delay: exponential backoff, half of it random.
package struct RetryPolicy: Sendable {
    package var maximumAttempts: Int
    /// The ceiling of the first delay. It doubles with each attempt; a delay is between half of its ceiling and the
    /// ceiling.
    package var baseDelay: Duration
    package var maximumDelay: Duration
    /// No attempt begins later than this after the first one; only the second may.
    package var maximumElapsed: Duration
    /// Whether to retry when the service is busy. False where the caller itself waits for the service.
    package var repeatsWhenBusy: Bool

    /// These are made even if the first attempt used up all the time, waiting for a response that never came.
    private static let minimumAttempts = 2

    package init(
        maximumAttempts: Int, baseDelay: Duration = .milliseconds(100), maximumDelay: Duration = .seconds(5),
        maximumElapsed: Duration = .seconds(20), repeatsWhenBusy: Bool = true
    ) {
        self.maximumAttempts = maximumAttempts
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
        self.maximumElapsed = maximumElapsed
        self.repeatsWhenBusy = repeatsWhenBusy
    }

    /// For requests that are repeated soon anyway if they fail, such as the renewal of a lease.
    package static let standard = RetryPolicy(maximumAttempts: 5)

    /// For requests that a sender waits for: between 21 and 43 seconds of delays before the sender is told to try again
    /// itself.
    package static let senderWaits = RetryPolicy(
        maximumAttempts: 11, maximumDelay: .seconds(10), maximumElapsed: .seconds(120))

    /// For a function that is called again if it fails, by a queue, an event or a state machine. Many attempts here
    /// would multiply those repeats.
    package static let functionIsRepeated = RetryPolicy(maximumAttempts: 3)

    /// For a call that a state machine repeats, for as long as the service is busy.
    package static let stateMachineWaits = RetryPolicy(maximumAttempts: 2, repeatsWhenBusy: false)

    /// For a caller that counts the attempts itself and decides after each response.
    package static let callerRepeats = RetryPolicy(maximumAttempts: 1, repeatsWhenBusy: false)

    func repeats(_ error: any Error) -> Bool {
        switch error.reportedClass {
        case .transient: true
        case .busy: repeatsWhenBusy
        case .permanent, nil: false
        }
    }

    /// The delay after a failed attempt (counted from 1); `nil` to give up. `fraction` is a random number from 0 to 1.
    package func delay(afterAttempt attempt: Int, elapsed: Duration, fraction: Double) -> Duration? {
        guard attempt < maximumAttempts else { return nil }
        let ceiling = min(maximumDelay, baseDelay * (1 << min(attempt - 1, 20)))
        let delay = ceiling * (0.5 + fraction / 2)
        return attempt < Self.minimumAttempts || elapsed + delay < maximumElapsed ? delay : nil
    }
}
