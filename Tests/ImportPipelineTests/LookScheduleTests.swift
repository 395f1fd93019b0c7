// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import ImportPipeline

@Suite struct LookScheduleTests {
    private func times(of seconds: [Double]) -> RecentJobTimes? {
        seconds.reduce(nil) { RecentJobTimes(after: $1, before: $0) }
    }

    @Test("The first look is after POLL_SECONDS while no job is known, later before most jobs have ended")
    func first() throws {
        let unknown = try PollInterval("30")
        #expect(LookSchedule.firstWait(nil, unknown: unknown) == 30)
        // The spread is not known at first; then it is found to be zero.
        #expect(LookSchedule.firstWait(times(of: [90]), unknown: unknown) == 41)
        #expect(LookSchedule.firstWait(times(of: .init(repeating: 90, count: 200)), unknown: unknown) == 77)
        #expect(LookSchedule.firstWait(times(of: [0]), unknown: unknown) == 1)
        #expect(LookSchedule.firstWait(times(of: [.infinity]), unknown: unknown) == LookSchedule.longestFirstWait)
    }

    @Test("The intervals grow with the age of the job, and also if the age is not known")
    func steps() {
        let ages = [1.0, 5, 20, 36, 90, 100, 200, 3_600, 1_209_600]
        #expect(ages.map { LookSchedule.nextWait(after: 1, age: $0) } == [1, 2, 6, 10, 10, 10, 20, 360, 3_600])
        for age in [nil, -5, 0] as [Double?] {
            #expect(
                [1, 10, 100, 3_600, 86_400].map { LookSchedule.nextWait(after: $0, age: age) } == [
                    2, 12, 111, 3_600, 3_600,
                ])
        }
    }

    @Test(
        "The looks at a job of fourteen days leave most of the 25,000 events of an execution unused",
        arguments: [true, false])
    func fourteenDays(hasAge: Bool) {
        var (wait, age, looks) = (1, 1, 1)
        while age < 1_209_600 {
            wait = LookSchedule.nextWait(after: wait, age: hasAge ? Double(age) : nil)
            (age, looks) = (age + wait, looks + 1)
        }
        #expect(looks < 600)
    }

    @Test("Job times that grow by a factor of seven, and shrink again, are learned within twenty jobs")
    func change() throws {
        let unknown = try PollInterval("30")
        var recent = times(of: .init(repeating: 90, count: 100))
        for _ in 0..<20 { recent = RecentJobTimes(after: 600, before: recent) }
        #expect((220...420).contains(LookSchedule.firstWait(recent, unknown: unknown)))
        for _ in 0..<20 { recent = RecentJobTimes(after: 90, before: recent) }
        #expect((30...60).contains(LookSchedule.firstWait(recent, unknown: unknown)))
    }

    @Test("One job that hangs for days does not hide the others")
    func outlier() throws {
        let before = times(of: .init(repeating: 90, count: 100))
        let after = RecentJobTimes(after: 1_000_000, before: before)
        #expect(LookSchedule.firstWait(after, unknown: try PollInterval("30")) < 90)
    }

    @Test("A document of job times is read as it was written, and refused if its numbers are absurd")
    func document() throws {
        let recent = try #require(times(of: [90, 30, 300]))
        #expect(try PipelineJSON.decode(RecentJobTimes.self, from: PipelineJSON.encode(recent)) == recent)
        for text in [
            #"{}"#, #"{"meanLogarithm":"4","variance":0.2}"#, #"{"meanLogarithm":-1,"variance":0.2}"#,
            #"{"meanLogarithm":1e300,"variance":0.2}"#, #"{"meanLogarithm":4,"variance":-1}"#,
        ] {
            #expect(throws: DocumentError.self) { try PipelineJSON.decode(RecentJobTimes.self, from: Array(text.utf8)) }
        }
    }
}
