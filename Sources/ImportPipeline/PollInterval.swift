/// How long the state machine waits between two looks at a job, from `POLL_SECONDS`.
package struct PollInterval: Sendable, Equatable {
    package let seconds: Int

    package init(_ text: String) throws(PollIntervalError) {
        guard let seconds = Int(text), seconds >= 1 else { throw PollIntervalError(value: text) }
        self.seconds = seconds
    }

    /// The wait grows with the number of looks so far: an execution has 25,000 events, and a job that takes hours is not
    /// told sooner by being asked more often.
    package func seconds(afterPolls polls: Int) -> Int {
        min(seconds * (1 + polls / 10), max(seconds, 300))
    }

    /// What made a job fail may last for a while: twice as long before each further attempt.
    package func seconds(beforeAttempt attempt: Int) -> Int { seconds << min(attempt - 1, 8) }
}

package struct PollIntervalError: Error, Equatable, CustomStringConvertible {
    package let value: String

    package var description: String { "POLL_SECONDS is \"\(value)\", expected a whole number from 1" }
}
