/// When an import job is looked at. Each look costs three transitions, so that the first waits until a job may have ended, and the
/// later ones come in steps that grow with the job's age.
package enum LookSchedule {
    /// Seconds. A job of fourteen days is looked at 500 times, which is 4,500 of the 25,000 events of an execution.
    package static let longestWait = 3_600
    package static let longestFirstWait = 21_600

    /// Steps are this part of the job's age; of a young job they may be a larger part, up to some seconds.
    private static let (part, partOfYoung, secondsOfYoung) = (0.1, 0.3, 10.0)

    /// Seconds from a job's start to the first look; `POLL_SECONDS` where nothing is known of other jobs.
    package static func firstWait(_ recent: RecentJobTimes?, unknown: PollInterval) -> Int {
        recent.map { whole($0.earliestSeconds, atMost: longestFirstWait) } ?? unknown.seconds
    }

    /// Seconds to the next look. `age`: seconds since the job was submitted or, where only its output is waited for, since it
    /// ended; nil where HealthImaging does not say.
    package static func nextWait(after wait: Int, age: Double?) -> Int {
        // Steps that are a part of the age grow by this part themselves.
        guard let age, age > 0 else { return whole(Double(wait) * (1 + part) + 0.5) }
        return whole(max(part * age, min(partOfYoung * age, secondsOfYoung)))
    }

    private static func whole(_ seconds: Double, atMost longest: Int = longestWait) -> Int {
        Int(max(1, min(seconds.rounded(), Double(longest))))
    }
}
