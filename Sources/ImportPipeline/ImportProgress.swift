// SPDX-License-Identifier: Apache-2.0

import AWS

/// The state of an execution between its steps. The state machine waits for `waitSeconds` and reads `outcome`.
package struct ImportProgress: Codable, Sendable, Equatable {
    /// All attempts of an import. Each has its own client token, in which the number of the attempt has room for one
    /// digit.
    package static let maximumAttempts = 9
    /// Attempts that may fail for transient reasons. Attempts that ended because HealthImaging was busy do not count.
    package static let maximumTransientAttempts = 4

    package var request: ImportRequest
    /// From 1.
    package var attempt: Int
    /// How many of the earlier attempts ended because HealthImaging was busy.
    package var busyAttempts: Int
    /// Whether a job must be started again, as attempt `attempt`.
    package var startsAgain: Bool
    package var jobId: String
    package var jobStatus: HealthImagingClient.JobStatus
    package var outcome: ImportOutcome
    package var waitSeconds: Int
    /// How many times CheckStatus has looked at the job.
    package var polls: Int

    package init(
        request: ImportRequest, attempt: Int, busyAttempts: Int = 0, startsAgain: Bool = false, jobId: String,
        jobStatus: HealthImagingClient.JobStatus, outcome: ImportOutcome,
        waitSeconds: Int, polls: Int
    ) {
        self.request = request
        self.attempt = attempt
        self.busyAttempts = busyAttempts
        self.startsAgain = startsAgain
        self.jobId = jobId
        self.jobStatus = jobStatus
        self.outcome = outcome
        self.waitSeconds = waitSeconds
        self.polls = polls
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        request = try container.decode(ImportRequest.self, forKey: .request)
        attempt = try container.integer(in: 1...Self.maximumAttempts, .attempt)
        busyAttempts = try container.integer(in: 0...Self.maximumAttempts, .busyAttempts)
        startsAgain = try container.decode(Bool.self, forKey: .startsAgain)
        jobId = try container.text(.jobID, .jobId)
        jobStatus = try container.decode(HealthImagingClient.JobStatus.self, forKey: .jobStatus)
        outcome = try container.decode(ImportOutcome.self, forKey: .outcome)
        waitSeconds = try container.integer(in: DocumentLimits.waitSeconds, .waitSeconds)
        polls = try container.integer(in: DocumentLimits.polls, .polls)
    }
}
