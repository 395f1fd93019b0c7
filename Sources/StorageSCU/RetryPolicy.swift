// SPDX-License-Identifier: Apache-2.0

/// When an association that was lost, or could not be opened, is tried again.
package struct RetryPolicy: Hashable, Sendable {
    /// Failures one after another, without a stored file in between, after which no further attempt is made.
    package var maximumFailures: Int
    /// Before the first attempt after a failure. It is doubled for each further one, up to the maximum.
    package var delay: Duration
    package var maximumDelay: Duration = .seconds(30)
    /// How often the association may be lost while one file is sent. Then it is given up, as it may be the cause.
    package var maximumLossesOfFile = 3

    package init(maximumFailures: Int = 5, delay: Duration = .seconds(1)) {
        self.maximumFailures = maximumFailures
        self.delay = delay
    }

    /// The delay after this many failures, varied by up to a quarter so that several associations do not try at once.
    func delay(afterFailures failures: Int, random: Double) -> Duration {
        let doubled = delay * (1 << min(max(0, failures - 1), 16))
        return min(doubled, maximumDelay) * (0.75 + 0.5 * random)
    }
}
