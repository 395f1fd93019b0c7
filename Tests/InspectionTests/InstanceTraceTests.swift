// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import Testing

@testable import Inspection

@Suite("What became of one instance")
struct InstanceTraceTests {
    private static let own = SampleSnapshot.delivery
    private static let other = "20261123T170000-0123456789abcdef01234567"
    private static let key = "2026/11/23/\(own)/1.2/1.3/1.4.dcm"

    private static func row(_ attempts: [(String, [InstanceAttribute: String])]) throws -> InstanceRecord {
        var record: InstanceRecord?
        for (importID, values) in attempts {
            let texts = Dictionary(uniqueKeysWithValues: values.map { ($0.rawValue, $1) })
            let attempt = try #require(
                InstanceAttempt(sopInstanceUID: "1.4", values: texts.merging(["importId": importID]) { $1 }))
            if record == nil { record = InstanceRecord(attempt) } else { record?.take(attempt) }
        }
        return try #require(record)
    }

    private static func trace() -> InstanceTrace {
        var trace = InstanceTrace(sopInstanceUID: "1.4", studyInstanceUID: "1.2", seriesInstanceUID: "1.3")
        trace.key = key
        return trace
    }

    @Test(
        "The row says it",
        arguments: [
            ([.outcome: "PENDING"], "PENDING", nil),
            ([.outcome: "IMPORTED", .imageSetId: "i", .isPrimary: "true"], "IMPORTED", nil),
            ([.outcome: "IMPORTED", .imageSetId: "i", .isPrimary: "false"], "IMPORTED", "image set is not primary"),
            ([.outcome: "IMPORTED", .warnings: "45330"], "IMPORTED", "the warning 45330"),
            (
                [.outcome: "FAILED", .errorType: "ValidationException", .message: "no …"], "FAILED",
                "ValidationException: no …"
            ),
            ([.outcome: "FAILED"], "FAILED", "gave no reason"),
            ([.outcome: "MISSING"], "MISSING", "did not mention it"),
        ] as [([InstanceAttribute: String], String, String?)])
    func row(_ values: [InstanceAttribute: String], _ outcome: String, _ problem: String?) throws {
        var trace = Self.trace()
        trace.take(try Self.row([(Self.own, values)]), of: Self.own)
        #expect(trace.outcome == outcome && trace.deliveryId == Self.own)
        if let problem { #expect(trace.problem?.text.contains(problem) == true) } else { #expect(trace.problem == nil) }
    }

    @Test("Of several imports, the row's word about this one is taken; without one, the current")
    func several() throws {
        let record = try Self.row([
            (Self.own, [.outcome: "IMPORTED", .imageSetId: "a", .submittedAt: "2026-11-23T18:00:00Z"]),
            (Self.other, [.outcome: "IMPORTED", .imageSetId: "b", .submittedAt: "2026-11-23T19:00:00Z"]),
        ])
        var trace = Self.trace()
        trace.take(record, of: Self.own)
        #expect(trace.imageSetId == "a" && trace.deliveryId == Self.own)
        trace.take(record, of: "20261123T160000-0123456789abcdef01234567")
        #expect(trace.imageSetId == "b" && trace.deliveryId == Self.other)
    }

    @Test("Without a row, the report and the item say it")
    func report() throws {
        let report = try PipelineJSON.decode(
            ReportedInstances.self,
            from: Array(
                """
                {"failed":[{"key":"\(Self.key)","errorType":"ValidationException","message":"Doe^John"}],"missing":["k"]}
                """.utf8))
        let partial = try #require(JobItem(["jobId": "j", "outputS3Uri": "s3://o/\(Self.own)/", "outcome": "PARTIAL"]))
        let imported = try #require(
            JobItem(["jobId": "j", "outputS3Uri": "s3://o/\(Self.own)/", "outcome": "IMPORTED"]))
        func taken(_ report: ReportedInstances?, _ key: String, _ item: JobItem) -> InstanceTrace {
            var trace = Self.trace()
            trace.take(report, key: key, whole: item)
            return trace
        }
        let failed = taken(report, Self.key, partial)
        #expect(failed.outcome == "FAILED" && failed.problem?.text == "ValidationException")
        #expect(taken(report, "k", partial).outcome == "MISSING")
        #expect(taken(report, "other", partial).outcome == "IMPORTED")
        #expect(taken(nil, "other", partial).outcome == nil)
        #expect(taken(nil, "other", imported).outcome == "IMPORTED")
    }

    @Test("An instance is named by its own UID and by those of its series and study")
    func names() {
        #expect(["1.2", "1.3", "1.4"].allSatisfy { Self.trace().isNamed($0) } && !Self.trace().isNamed("1"))
    }
}
