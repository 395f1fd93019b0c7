// SPDX-License-Identifier: Apache-2.0

/// When CheckStatus looks at an import job. Each look costs three state transitions, so the first look waits until the
/// job may have ended, and later looks come at intervals that grow with the age of the job.
package enum LookSchedule {
    /// In seconds. A job of fourteen days is looked at 500 times, which uses 4,500 of the 25,000 events of an
    /// execution.
    package static let longestWait = 3_600
    package static let longestFirstWait = 21_600

    /// The interval is this part of the age of the job. While the job is young it may be a larger part, up to some
    /// seconds.
    private static let (part, partOfYoung, secondsOfYoung) = (0.1, 0.3, 10.0)

    /// Seconds from the start of a job to the first look; `POLL_SECONDS` while no other job is known.
    package static func firstWait(_ recent: RecentJobTimes?, unknown: PollInterval) -> Int {
        recent.map { whole($0.earliestSeconds, atMost: longestFirstWait) } ?? unknown.seconds
    }

    /// Seconds until the next look. `age` is the number of seconds since the job was submitted or, if only its output
    /// is still missing, since the job ended; `nil` if HealthImaging does not say.
    package static func nextWait(after wait: Int, age: Double?) -> Int {
        // Intervals that are a part of the age grow by the same part each time.
        guard let age, age > 0 else { return whole(Double(wait) * (1 + part) + 0.5) }
        return whole(max(part * age, min(partOfYoung * age, secondsOfYoung)))
    }

    private static func whole(_ seconds: Double, atMost longest: Int = longestWait) -> Int {
        Int(max(1, min(seconds.rounded(), Double(longest))))
    }
}
