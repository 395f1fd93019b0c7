// SPDX-License-Identifier: Apache-2.0

/// `POLL_SECONDS`: the time to the first look at a job while no other job is known. The waits between attempts are
/// multiples of it.
package struct PollInterval: Sendable, Equatable {
    package let seconds: Int

    package init(_ text: String) throws(PollIntervalError) {
        guard let seconds = Int(text), DocumentLimits.pollSeconds.contains(seconds) else {
            throw PollIntervalError(value: text)
        }
        self.seconds = seconds
    }

    /// The wait doubles before each attempt, since the reason of a failure may last for a while.
    package func seconds(beforeAttempt attempt: Int) -> Int { seconds << min(max(attempt - 1, 0), 8) }

    /// The wait is longer when HealthImaging is busy: with `POLL_SECONDS` 30 the eight further attempts take about
    /// thirteen hours in all.
    package func seconds(afterBusyAttempts attempts: Int) -> Int {
        min(10 * seconds << min(max(attempts - 1, 0), 8), 14_400)
    }
}

package struct PollIntervalError: Error, Equatable, CustomStringConvertible {
    package let value: String

    package var description: String {
        let bounds = DocumentLimits.pollSeconds
        return """
            \(PipelineSetting.pollSeconds.name) is "\(value)", expected a whole number from \(bounds.lowerBound) to \
            \(bounds.upperBound)
            """
    }
}
