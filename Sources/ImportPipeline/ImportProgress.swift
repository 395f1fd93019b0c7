import AWS

/// The state of an execution between its steps. The state machine waits `waitSeconds` and looks at `outcome`.
package struct ImportProgress: Codable, Sendable, Equatable {
    /// A job that fails for a reason that passes is started again so often, each time under another token.
    package static let maximumAttempts = 4

    package var request: ImportRequest
    /// From 1.
    package var attempt: Int
    /// Whether the job is to be started again as this attempt.
    package var startsAgain: Bool
    package var jobId: String
    package var jobStatus: HealthImagingClient.JobStatus
    package var outcome: ImportOutcome
    package var waitSeconds: Int
    /// How often the job was looked at.
    package var polls: Int

    package init(
        request: ImportRequest, attempt: Int, startsAgain: Bool = false, jobId: String,
        jobStatus: HealthImagingClient.JobStatus, outcome: ImportOutcome,
        waitSeconds: Int, polls: Int
    ) {
        self.request = request
        self.attempt = attempt
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
        startsAgain = try container.decode(Bool.self, forKey: .startsAgain)
        jobId = try container.text(.jobID, .jobId)
        jobStatus = try container.decode(HealthImagingClient.JobStatus.self, forKey: .jobStatus)
        outcome = try container.decode(ImportOutcome.self, forKey: .outcome)
        waitSeconds = try container.integer(in: DocumentLimits.waitSeconds, .waitSeconds)
        polls = try container.integer(in: DocumentLimits.polls, .polls)
    }
}
