/// How long the state machine waits between two looks at a job, from `POLL_SECONDS`.
package struct PollInterval: Sendable, Equatable {
    package let seconds: Int

    package init(_ text: String) throws(PollIntervalError) {
        guard let seconds = Int(text), seconds >= 1 else { throw PollIntervalError(value: text) }
        self.seconds = seconds
    }
}

package struct PollIntervalError: Error, Equatable, CustomStringConvertible {
    package let value: String

    package var description: String { "POLL_SECONDS is \"\(value)\", expected a whole number from 1" }
}
