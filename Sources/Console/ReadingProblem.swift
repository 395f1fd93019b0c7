// SPDX-License-Identifier: Apache-2.0

import Inspection

/// Says why a reading failed, and what a person can do about it.
struct ReadingProblem: Sendable {
    /// The address that AWS_ENDPOINT_URL names; `nil` for AWS itself.
    var endpoint: String?

    func problem(of error: any Error) -> Problem {
        let error = InspectionError.explaining(error, endpoint: endpoint)
        return Problem(error.text, advice: error.advice)
    }
}
