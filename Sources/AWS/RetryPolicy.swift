/// How often and after how long a request is sent again: exponential backoff with full jitter.
package struct RetryPolicy: Sendable {
    package var maximumAttempts: Int
    /// The first wait is between 0 and this, each later one between 0 and twice the one before.
    package var baseDelay: Duration
    package var maximumDelay: Duration
    /// No further attempt begins when this much time has gone since the first: it stays below the caller's own limit.
    package var maximumElapsed: Duration

    package init(
        maximumAttempts: Int = 5, baseDelay: Duration = .milliseconds(100), maximumDelay: Duration = .seconds(5),
        maximumElapsed: Duration = .seconds(20)
    ) {
        self.maximumAttempts = maximumAttempts
        self.baseDelay = baseDelay
        self.maximumDelay = maximumDelay
        self.maximumElapsed = maximumElapsed
    }

    /// The wait after the given attempt (from 1) has failed; nil: give up. `fraction` is random, 0 to 1.
    package func delay(afterAttempt attempt: Int, elapsed: Duration, fraction: Double) -> Duration? {
        guard attempt < maximumAttempts else { return nil }
        let ceiling = min(maximumDelay, baseDelay * (1 << min(attempt - 1, 20)))
        let delay = ceiling * fraction
        return elapsed + delay < maximumElapsed ? delay : nil
    }
}
