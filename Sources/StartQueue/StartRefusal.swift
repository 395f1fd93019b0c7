import AWS
import StructuredLog

/// Why a try to start a job ended without one.
package enum StartRefusal: Sendable, Equatable {
    /// Status 429: too many calls within the second.
    case throttled
    /// Status 402: as many jobs run as may.
    case quotaReached
    /// Something broke on the way, or nobody knows what to do about the error: another try may succeed.
    case broken
    /// Another try would end the same way.
    case final

    package init(_ error: any Error) {
        let answer = error as? AWSServiceError
        self =
            switch (answer?.statusCode, error.reportedClass) {
            case (402, _): .quotaReached
            // A conflict says of this one import that something is wrong: those behind it must not wait for it.
            case (409, _), (_, .transient), (_, nil): .broken
            case (_, .busy): .throttled
            case (_, .permanent): .final
            }
    }
}
