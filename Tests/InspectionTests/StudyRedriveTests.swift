// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import Testing

@testable import Inspection

@Suite("A bundle of which one study was started again")
struct StudyRedriveTests {
    private static let id = SampleSnapshot.delivery
    private static let prefix = "2026/11/23/\(id)/"

    private static func item(_ attributes: [ImportJobAttribute: String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: attributes.map { ($0.rawValue, $1) }).merging(
            ["outputS3Uri": "s3://output/\(id)/"]) { first, _ in first }
    }

    /// 100 instances in two studies. Four of the second study failed at first, and then `failed` of them.
    private static func stack(failed: Int) -> FakeStack {
        var stack = FakeStack()
        for number in 0..<100 {
            let study = number < 96 ? "1.1" : "1.2"
            stack.objects["\(prefix)\(study)/1.3/1.4.\(number).dcm"] = "2026-11-23T18:59:00.000Z"
        }
        stack.items = [
            item([
                .jobId: "a", .outcome: "PARTIAL", .inputS3Uri: "s3://bucket/\(prefix)", .instanceCount: "100",
                .importedCount: "96", .failedCount: "4", .studyCount: "2", .submittedAt: SampleSnapshot.ago(900),
                .endedAt: SampleSnapshot.ago(800), .redrivenAs: "\(id)-20261123T185000",
                .reportS3Uri: "s3://output/first/report.json",
            ]),
            item([
                .jobId: "b", .outcome: failed == 0 ? "IMPORTED" : "FAILED",
                .inputS3Uri: "s3://bucket/\(prefix)1.2/", .instanceCount: "4", .importedCount: "\(4 - failed)",
                .failedCount: "\(failed)", .studyCount: "1", .studyInstanceUID: "1.2",
                .submittedAt: SampleSnapshot.ago(500), .endedAt: SampleSnapshot.ago(400),
            ]),
        ]
        let keys = (96..<100).map { #"{"key":"\#(prefix)1.2/1.3/1.4.\#($0).dcm"}"# }
        stack.bodies["first/report.json"] = #"{"failed":[\#(keys.joined(separator: ","))],"missing":[]}"#
        return stack
    }

    @Test("The numbers are those of the whole bundle", arguments: [(0, 100), (4, 96), (3, 97)])
    func numbers(_ failed: Int, _ imported: Int) async throws {
        try await Self.stack(failed: failed).inspected { inspector in
            let trace = try #require(try await inspector.delivery(Self.id))
            #expect(trace.summary.importedCount == imported && trace.summary.instanceCount == 100)
            #expect(trace.summary.failedCount == failed && trace.summary.studyInstanceUID == nil)
            #expect(trace.summary.step == (failed == 0 ? .imported : .failed))
        }
    }

    @Test("What the later job did not read keeps the outcome of the first")
    func outcomes() async throws {
        try await Self.stack(failed: 4).inspected { inspector in
            let found = try await inspector.find(Self.id)
            let outcomes = Dictionary(grouping: found.elements[0].instances) { $0.outcome ?? "" }
            #expect(outcomes.mapValues(\.count) == ["IMPORTED": 96, "FAILED": 4])
        }
    }

    @Test("While the study waits to be imported again, nothing is said about its instances")
    func waiting() async throws {
        var stack = Self.stack(failed: 4)
        stack.items.removeLast()
        stack.executions["\(Self.id)-20261123T185000"] = "RUNNING"
        try await stack.inspected { inspector in
            let found = try await inspector.find(Self.id)
            let outcomes = Dictionary(grouping: found.elements[0].instances) { $0.outcome ?? "" }
            #expect(
                outcomes.mapValues(\.count) == ["IMPORTED": 96, "": 4] && found.elements[0].summary.step == .waiting)
        }
    }
}
