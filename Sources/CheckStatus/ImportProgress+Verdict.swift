// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

extension ImportProgress {
    /// The state after a look at the job. An import that failed is started again: a few times for transient reasons,
    /// more times and after longer waits if HealthImaging was busy. `age`: see `LookSchedule`.
    func progressed(
        by verdict: ImportVerdict, on jobStatus: HealthImagingClient.JobStatus, age: Double?, _ interval: PollInterval
    ) -> ImportProgress {
        var progress = self
        progress.jobStatus = jobStatus
        progress.polls += 1
        let transientAttempts = attempt - busyAttempts
        let mayStartAgain = attempt < Self.maximumAttempts
        switch verdict {
        case .ended(_, cause: .busy, _) where mayStartAgain:
            progress.busyAttempts += 1
            progress.waitSeconds = interval.seconds(afterBusyAttempts: progress.busyAttempts)
        case .ended(_, cause: .transient, _)
        where mayStartAgain && transientAttempts < Self.maximumTransientAttempts:
            progress.waitSeconds = interval.seconds(beforeAttempt: transientAttempts + 1)
        case .ended, .pending:
            progress.outcome = verdict.outcome
            progress.waitSeconds = LookSchedule.nextWait(after: waitSeconds, age: age)
            return progress
        }
        progress.startsAgain = true
        progress.attempt += 1
        return progress
    }
}
