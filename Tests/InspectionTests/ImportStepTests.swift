// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import Inspection
import Testing

@Suite("How far an import is, and why it hangs")
struct ImportStepTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let parts: [SampleSnapshot.Part]
        let step: DeliverySummary.Step
        /// Words of the problem and of the advice; `nil`: there is no problem.
        var problem: String?
        var advice: String?

        init(
            _ description: String, _ parts: [SampleSnapshot.Part], _ step: DeliverySummary.Step,
            _ problem: String? = nil,
            _ advice: String? = nil
        ) {
            testDescription = description
            self.parts = parts
            self.step = step
            self.problem = problem
            self.advice = advice
        }
    }

    private static let alive = SampleSnapshot.Part.lease(secondsAgo: 20, seconds: 60)
    private static let running = SampleSnapshot.Part.execution(.running, secondsAgo: 60)

    static let cases: [Case] = [
        Case("a receiver takes it", [.marker(secondsAgo: 30), alive], .receiving),
        Case(
            "a lease that cannot be read counts as alive",
            [.marker(secondsAgo: 30), .lease(secondsAgo: 9_999, seconds: nil)], .receiving),
        Case(
            "the lease is exactly as old as it may be",
            [.marker(secondsAgo: 300), .lease(secondsAgo: 180, seconds: 60)], .receiving),
        Case(
            "its receiver hangs, and no sweep has come yet",
            [.marker(secondsAgo: 300), .lease(secondsAgo: 181, seconds: 60)], .receiving, "has not renewed its lease",
            "the next sweep, every 5 min"),
        Case(
            "its receiver has ended, and no sweep has come yet", [.marker(secondsAgo: 300)], .receiving,
            "has ended without closing it", "the next sweep"),
        Case(
            "its receiver has ended, and no sweep comes", [.marker(secondsAgo: 1_000)], .receiving,
            "No sweep has closed it for 16 min", "docs/operations.md, \"Sweeps\""),
        Case(
            "its receiver has ended, and its marker breaks a rule", [.marker(secondsAgo: 300, isUnusable: true)],
            .receiving,
            "its open marker breaks a rule", "2026/11/23/\(SampleSnapshot.delivery)/ to inbox/, then delete open/"),
        Case("its event is on its way", [.marker(secondsAgo: 300), .manifest(secondsAgo: 119)], .closed),
        Case(
            "its event was lost, but its marker is there", [.marker(secondsAgo: 300), .manifest(secondsAgo: 121)],
            .closed,
            "was not started; its event was lost", "a sweep, every 5 min, starts it"),
        Case(
            "its event was lost, and its marker", [.manifest(secondsAgo: 121)], .closed, "so was its open marker",
            "Copy the manifest onto itself"),
        Case(
            "its event is tried again and again", [.manifest(secondsAgo: 600), .queue("ImportQueue", waiting: 3)],
            .closed,
            "3 events are in ImportQueue", "TriggerImport fails or is throttled"),
        Case(
            "its event is a dead letter", [.manifest(secondsAgo: 600), .queue("ImportQueue", deadLetters: 2)], .closed,
            "2 events are in ImportDeadLetterQueue", "`dicomstore redrive --start`"),
        Case("it waits for its turn", [.manifest(secondsAgo: 61), running], .waiting),
        Case(
            "it has waited for long",
            [.execution(.running, secondsAgo: 901), .queue("StartQueue", waiting: 70)], .waiting,
            "for 15 min; 70 imports are in the start queue", "StandingStarts"),
        Case(
            "its first job failed, and another follows",
            [running, .item([.outcome: "FAILED", .startedAgain: "true", .attempt: "1", .message: "Rate exceeded"])],
            .waiting, "attempt 1 did not succeed: Rate exceeded", "another job is started by itself"),
        Case(
            "its job runs", [running, .item([.outcome: "PENDING", .submittedAt: SampleSnapshot.ago(899)])], .importing),
        Case(
            "its job runs for longer than usual",
            [running, .item([.outcome: "PENDING", .submittedAt: SampleSnapshot.ago(901)])], .importing,
            "runs for 15 min", "AWS's health dashboard"),
        Case(
            "its execution was stopped", [.execution(.aborted, secondsAgo: 60), .item([.outcome: "PENDING"])],
            .importing,
            "ended as ABORTED and did not write", "`dicomstore redrive --start`"),
        Case(
            "it began after executions were listed",
            [.item([.outcome: "PENDING", .submittedAt: SampleSnapshot.ago(119)])], .importing),
        Case(
            "its execution is not known any more", [.item([.outcome: "PENDING"])], .importing, "its execution is gone",
            "`dicomstore redrive --start`"),
        Case(
            "its execution wrote nothing", [.manifest(secondsAgo: 61), .execution(.timedOut, secondsAgo: 60)], .failed,
            "ended as TIMED_OUT and wrote nothing", "`dicomstore redrive --start`"),
        Case("it was imported", [.execution(.succeeded, secondsAgo: 60), .item([.outcome: "IMPORTED"])], .imported),
        Case(
            "some were not imported", [.item([.outcome: "PARTIAL", .message: "9 of 10", .reportS3Uri: "s3://o/r"])],
            .partial, "9 of 10", "The report"),
        Case(
            "the job failed", [.item([.outcome: "FAILED", .message: "AccessDenied: Access Denied to …"])], .failed,
            "Access Denied", "The import role may not do this"),
        Case(
            "a function gave up",
            [.item([.jobId: SampleSnapshot.delivery, .outcome: "FAILED", .message: "Function.Permanent: no"])], .failed,
            "Function.Permanent: no", "dicomstore events --delivery \(SampleSnapshot.delivery)"),
        Case(
            "it was rejected",
            [.item([.jobId: SampleSnapshot.delivery, .outcome: "REJECTED", .message: "expected DICOM"])], .rejected,
            "expected DICOM", "nothing to start again"),
        Case(
            "a redrive of it waits",
            [
                .item([.outcome: "FAILED", .redrivenAs: "\(SampleSnapshot.delivery)-20261123T185900"]),
                .execution(.failed, secondsAgo: 600),
                .execution(.running, secondsAgo: 60, suffix: "-20261123T185900"),
            ], .waiting),
        Case(
            "a redrive of it has imported it",
            [
                .item([.outcome: "FAILED", .redrivenAs: "\(SampleSnapshot.delivery)-20261123T185900"]),
                .item([.jobId: "j2", .outcome: "IMPORTED"]), .execution(.failed, secondsAgo: 600),
            ], .imported),
    ]

    @Test(arguments: cases)
    func step(_ it: Case) throws {
        var snapshot = SampleSnapshot.empty()
        for part in it.parts { try part.add(to: &snapshot) }
        let imports = snapshot.imports()
        let summary = try #require(imports.first)
        #expect(imports.count == 1)
        #expect(summary.id == SampleSnapshot.delivery)
        #expect(summary.step == it.step)
        if let problem = it.problem {
            #expect(summary.problem?.text.contains(problem) == true, "\(summary.problem?.text ?? "no problem")")
            #expect(summary.problem?.advice.contains(it.advice ?? "?") == true, "\(summary.problem?.advice ?? "")")
        } else {
            #expect(summary.problem == nil)
        }
        let isShown = snapshot.status().problems.contains { $0.text.contains(it.problem ?? "?") }
        #expect(isShown == (it.problem != nil))
    }

    @Test("A job that takes longer is no problem where jobs usually take that long")
    func usualTimes() throws {
        var snapshot = try SampleSnapshot.with(
            .execution(.running, secondsAgo: 1_000),
            .item([.outcome: "PENDING", .submittedAt: SampleSnapshot.ago(1_000)]))
        #expect(snapshot.imports().first?.problem != nil)
        for number in 0..<5 {
            let item = JobItem([
                "jobId": "job\(number)", "outputS3Uri": "s3://output/20261123T170000-0123456789abcdef0123456\(number)/",
                "outcome": "IMPORTED", "submittedAt": SampleSnapshot.ago(2_000), "endedAt": SampleSnapshot.ago(1_700),
            ])
            snapshot.items.append(try #require(item))
        }
        #expect(snapshot.status().usualJobSeconds == 300)
        #expect(snapshot.imports().first?.problem == nil)
        snapshot.datastoreID = "store"
        snapshot.recentJobSeconds = ["store": 10]
        #expect(snapshot.status().usualJobSeconds == 10 && snapshot.imports().first?.problem != nil)
    }

    @Test("Imports are ordered by the times of their deliveries, the newest first; a further manifest is an import")
    func order() throws {
        var snapshot = try SampleSnapshot.with(.manifest(secondsAgo: 10))
        let delivery = try #require(DeliveryID(SampleSnapshot.delivery))
        let later = try #require(DeliveryID("20261123T180001-0123456789abcdef01234567"))
        snapshot.manifests.append(.init(id: ImportID(delivery, number: 1), writtenAt: SampleSnapshot.now))
        snapshot.manifests.append(.init(id: ImportID(later), writtenAt: SampleSnapshot.now))
        let expected = ["\(later)", "\(delivery)-1", "\(delivery)"]
        #expect(snapshot.imports().map(\.id) == expected)
    }

    @Test("An empty pipeline has no problem, and each step with 0")
    func empty() {
        let status = SampleSnapshot.empty().status()
        #expect(status.problems.isEmpty && status.problemCount == 0)
        #expect(status.steps.count == DeliverySummary.Step.allCases.count && status.steps.values.allSatisfy { $0 == 0 })
        #expect(status.rates.count == 60)
        #expect(status.rates.last?.from == SampleSnapshot.now.addingTimeInterval(-60))
    }

    @Test("An import counts in the minute in which it ended; one of more than an hour ago does not")
    func rates() throws {
        let snapshot = try SampleSnapshot.with(
            .item([.outcome: "PARTIAL", .endedAt: SampleSnapshot.ago(90), .importedCount: "9", .failedCount: "1"]))
        let status = snapshot.status()
        #expect(status.rates[58].importedInstances == 9 && status.rates[58].failedInstances == 1)
        #expect(status.rates.map(\.importedInstances).reduce(0, +) == 9)
        let old = try SampleSnapshot.with(
            .item([.outcome: "IMPORTED", .endedAt: SampleSnapshot.ago(3_601), .importedCount: "9"]))
        #expect(old.status().rates.allSatisfy { $0.importedInstances == 0 })
        #expect(old.status().importedInstances == 9)
    }

    @Test("Problems beyond the limit are counted")
    func manyProblems() throws {
        var snapshot = SampleSnapshot.empty()
        for number in 100..<125 {
            let item = JobItem(["jobId": "20261123T180000-0123456789abcdef01234\(number)", "outcome": "REJECTED"])
            snapshot.items.append(try #require(item))
        }
        #expect(snapshot.status().problemCount == 25)
        #expect(snapshot.status().problems.count == InspectionLimits.problems)
    }
}
