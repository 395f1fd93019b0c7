import AWS

/// The state of an execution between its steps. The state machine waits `waitSeconds` and looks at `outcome`.
package struct ImportProgress: Codable, Sendable, Equatable {
    package var request: ImportRequest
    package var jobId: String
    package var jobStatus: HealthImagingClient.JobStatus
    package var outcome: ImportOutcome
    package var waitSeconds: Int
    /// How often the job was looked at.
    package var polls: Int

    package init(
        request: ImportRequest, jobId: String, jobStatus: HealthImagingClient.JobStatus, outcome: ImportOutcome,
        waitSeconds: Int, polls: Int
    ) {
        self.request = request
        self.jobId = jobId
        self.jobStatus = jobStatus
        self.outcome = outcome
        self.waitSeconds = waitSeconds
        self.polls = polls
    }
}
