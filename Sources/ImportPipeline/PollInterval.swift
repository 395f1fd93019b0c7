/// `POLL_SECONDS`: how long it is to the first look at a job while nothing is known of other jobs, and what waits between attempts
/// are multiples of.
package struct PollInterval: Sendable, Equatable {
    package let seconds: Int

    package init(_ text: String) throws(PollIntervalError) {
        guard let seconds = Int(text), DocumentLimits.pollSeconds.contains(seconds) else {
            throw PollIntervalError(value: text)
        }
        self.seconds = seconds
    }

    /// What made a job fail may last for a while: twice as long before each further attempt.
    package func seconds(beforeAttempt attempt: Int) -> Int { seconds << min(max(attempt - 1, 0), 8) }

    /// HealthImaging is busy for longer: with `POLL_SECONDS` 30 the eight attempts that may follow are about thirteen hours apart in all.
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
