import AWS
import FoundationEssentials

extension HealthImagingClient.JobProperties {
    /// Seconds since the job was submitted or, where it has ended and its output is waited for, since then; nil where HealthImaging
    /// does not say.
    func age(at now: Date) -> Double? {
        let since = jobStatus == .completed ? endedAt ?? submittedAt : submittedAt
        return since.map { now.timeIntervalSince($0.date) }
    }

    /// Of a job that is COMPLETED, where HealthImaging tells both times. One that failed tells nothing of those that do not.
    var secondsToCompletion: Double? {
        guard jobStatus == .completed, let submittedAt, let endedAt else { return nil }
        let seconds = endedAt.date.timeIntervalSince(submittedAt.date)
        return seconds >= 0 ? seconds : nil
    }
}
