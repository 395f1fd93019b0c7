import StructuredLog

/// Which requests are sent again, how often and after how long: exponential backoff, half of which is left to chance.
package struct RetryPolicy: Sendable {
    package var maximumAttempts: Int
    /// The first wait is between half of this and this, each later one between half of and twice the longest one before.
    package var baseDelay: Duration
    package var maximumDelay: Duration
    /// No further attempt begins when this much time has gone since the first.
    package var maximumElapsed: Duration
    /// Whether a busy service is asked again. Not by a client whose own caller waits for the service.
    package var repeatsWhenBusy: Bool

    /// An answer that never comes may use up all the time, and yet not all the attempts.
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

    /// For requests that are made again before long if they fail, such as the renewal of a lease.
    package static let standard = RetryPolicy(maximumAttempts: 5)

    /// For what a sender waits for: at least 21 and at most 43 seconds of waiting before it is told to try again itself.
    package static let senderWaits = RetryPolicy(
        maximumAttempts: 11, maximumDelay: .seconds(10), maximumElapsed: .seconds(120))

    /// In a function whose message or event comes again, or whom a state machine calls again, if it fails: what those
    /// repeat is not multiplied by many attempts here.
    package static let functionIsRepeated = RetryPolicy(maximumAttempts: 3)

    /// For a call that a state machine makes again, and for as long as the service is busy.
    package static let stateMachineWaits = RetryPolicy(maximumAttempts: 2, repeatsWhenBusy: false)

    /// For a call whose caller counts the attempts itself and decides upon each answer.
    package static let callerRepeats = RetryPolicy(maximumAttempts: 1, repeatsWhenBusy: false)

    func repeats(_ error: any Error) -> Bool {
        switch error.reportedClass {
        case .transient: true
        case .busy: repeatsWhenBusy
        case .permanent, nil: false
        }
    }

    /// The wait after the given attempt (from 1) has failed; nil: give up. `fraction` is random, 0 to 1.
    package func delay(afterAttempt attempt: Int, elapsed: Duration, fraction: Double) -> Duration? {
        guard attempt < maximumAttempts else { return nil }
        let ceiling = min(maximumDelay, baseDelay * (1 << min(attempt - 1, 20)))
        let delay = ceiling * (0.5 + fraction / 2)
        return attempt < Self.minimumAttempts || elapsed + delay < maximumElapsed ? delay : nil
    }
}
