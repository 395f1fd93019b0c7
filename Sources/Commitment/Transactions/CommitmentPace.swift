// SPDX-License-Identifier: Apache-2.0

/// How the delays between two attempts grow: each is about twice the one before, up to a maximum. A part of each is
/// random, so that the attempts of many transactions that began together do not stay together.
package struct CommitmentPace: Sendable {
    package let first: Duration
    package let maximum: Duration

    package init(first: Duration, maximum: Duration) {
        self.first = first
        self.maximum = maximum
    }

    /// Imports take from a minute to hours.
    package static let looks = CommitmentPace(first: .seconds(2), maximum: .seconds(120))
    /// A peer may be switched off overnight.
    package static let reports = CommitmentPace(first: .seconds(5), maximum: .seconds(3600))

    /// `attempt`: the number of attempts in a row that led to nothing. `fraction`: a random number from 0 to 1.
    package func delay(afterAttempt attempt: Int, fraction: Double) -> Duration {
        let ceiling = min(maximum, first * (1 << min(max(attempt, 0), 20)))
        return ceiling * (0.5 + fraction / 2)
    }
}
