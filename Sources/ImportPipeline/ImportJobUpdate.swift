// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

/// What a look at an import job changes in its item. A value that is `nil` leaves its attributes as they are.
package struct ImportJobUpdate: Sendable {
    /// What became of the delivery, when the job has ended. It replaces the ending that an earlier look found.
    package struct Ending: Sendable {
        package var outcome: ImportOutcome
        package var date: Date
        package var findings: ImportFindings
        /// Whether another job of the same import follows.
        package var isStartedAgain: Bool

        package init(_ outcome: ImportOutcome, at date: Date, _ findings: ImportFindings, isStartedAgain: Bool) {
            self.outcome = outcome
            self.date = date
            self.findings = findings
            self.isStartedAgain = isStartedAgain
        }
    }

    package var jobStatus: HealthImagingClient.JobStatus?
    package var reportS3URI: String?
    package var ending: Ending?

    package init(
        jobStatus: HealthImagingClient.JobStatus? = nil, reportS3URI: String? = nil, ending: Ending? = nil
    ) {
        self.jobStatus = jobStatus
        self.reportS3URI = reportS3URI
        self.ending = ending
    }
}
