/// How long the state machine waits between two looks at a job, from `POLL_SECONDS`.
package struct PollInterval: Sendable, Equatable {
    package let seconds: Int

    package init(_ text: String) throws(PollIntervalError) {
        guard let seconds = Int(text), DocumentLimits.pollSeconds.contains(seconds) else {
            throw PollIntervalError(value: text)
        }
        self.seconds = seconds
    }

    /// The wait grows with the number of looks so far: an execution has 25,000 events, and a job that takes hours is not
    /// told sooner by being asked more often.
    package func seconds(afterPolls polls: Int) -> Int {
        min(seconds * (1 + min(polls, DocumentLimits.polls.upperBound) / 10), max(seconds, 300))
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

    package var description: String { "POLL_SECONDS is \"\(value)\", expected a whole number from 1 to 3600" }
}
