// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials

extension HealthImagingClient.JobProperties {
    /// Seconds since the job was submitted or, if it has ended and only its output is missing, since it ended; `nil` if
    /// HealthImaging does not say.
    func age(at now: Date) -> Double? {
        let since = jobStatus == .completed ? endedAt ?? submittedAt : submittedAt
        return since.map { now.timeIntervalSince($0.date) }
    }

    /// Whether a job that has ended did so in the last `seconds`. If the job does not say when it ended, the time of its
    /// submission counts. If neither is known, it is false: nothing waits for a job without times.
    func hasEnded(within seconds: Double, of now: Date) -> Bool {
        (endedAt ?? submittedAt).map { now.timeIntervalSince($0.date) <= seconds } ?? false
    }

    /// Seconds from submission to end of a COMPLETED job; `nil` if HealthImaging does not tell both times. The time of
    /// a failed job tells nothing about other jobs.
    var secondsToCompletion: Double? {
        guard jobStatus == .completed, let submittedAt, let endedAt else { return nil }
        let seconds = endedAt.date.timeIntervalSince(submittedAt.date)
        return seconds >= 0 ? seconds : nil
    }
}
