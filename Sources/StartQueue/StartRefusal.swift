// SPDX-License-Identifier: Apache-2.0

import AWS
import StructuredLog

/// Why a try to start a job did not start one.
package enum StartRefusal: Sendable, Equatable {
    /// Status 429: too many calls within the second.
    case throttled
    /// Status 402: the maximum number of jobs is running.
    case quotaReached
    /// Something failed on the way, or the error is not known: another try may succeed.
    case broken
    /// Another try would end the same way.
    case final

    package init(_ error: any Error) {
        let answer = error as? AWSServiceError
        self =
            switch (answer?.statusCode, error.reportedClass) {
            case (402, _): .quotaReached
            // A conflict concerns this import only: those behind it must not wait for it.
            case (409, _), (_, .transient), (_, nil): .broken
            case (_, .busy): .throttled
            case (_, .permanent): .final
            }
    }
}
