// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import Testing

@testable import Inspection

@Suite("What is said after everything was read")
struct WholeReadingTests {
    private static let time = "2026-11-23T18:30:00.000Z"

    /// Deliveries that were opened two days ago, which is before the window.
    private static func old(_ count: Int, isClosed: Bool) -> FakeStack {
        var stack = FakeStack()
        for number in 0..<count {
            let id = "20261121T180000-0123456789abcdef0123\(String(10_000 + number).dropFirst())"
            stack.objects["open/\(SampleSnapshot.task)/\(id)"] = time
            if isClosed { stack.objects["deliveries/\(id).json"] = time }
        }
        return stack
    }

    @Test("A delivery that was closed before the window and not started is not open")
    func closedLongAgo() async throws {
        try await Self.old(3, isClosed: true).inspected { inspector in
            let overview = try await inspector.overview()
            #expect(overview.deliveries.map(\.step) == [.closed, .closed, .closed])
            #expect(overview.status.incomplete == [] && overview.status.problemCount == 3)
        }
    }

    @Test("If there are too many of them, the status says so")
    func manyClosedLongAgo() async throws {
        try await Self.old(251, isClosed: true).inspected { inspector in
            let status = try await inspector.status()
            #expect(status.incomplete == ["manifests"] && status.steps["closed"] == 250)
        }
    }

    @Test(
        "Nothing is denied that could not be searched",
        arguments: [(old(200, isClosed: false), false), (old(201, isClosed: false), true)])
    func notFound(_ stack: FakeStack, _ isRefused: Bool) async throws {
        try await stack.inspected { inspector in
            guard isRefused else {
                let found = try await inspector.find("1.2.3")
                #expect(found.elements == [] && found.isComplete)
                return
            }
            let error = await #expect(throws: InspectionError.self) { try await inspector.find("1.2.3") }
            #expect(error?.text.hasPrefix("1.2.3 was not found, but not every delivery") == true)
        }
    }

    @Test("All instances of a study are asked for their deliveries")
    func largeStudy() async throws {
        let (first, other) = (SampleSnapshot.delivery, "20261123T170000-0123456789abcdef01234567")
        var stack = FakeStack()
        for number in 1...150 {
            let delivery = number == 150 ? other : first
            stack.rows["1.2.\(number)"] = [
                "sopInstanceUID": "1.2.\(number)", "datastoreId": FakeStack.datastore, "studyInstanceUID": "1.2",
                "seriesInstanceUID": "1.3", "outcome": "IMPORTED", "importId": delivery,
            ]
        }
        for delivery in [first, other] {
            stack.items.append([
                "jobId": "job of \(delivery)", "outputS3Uri": "s3://output/\(delivery)/", "outcome": "IMPORTED",
            ])
        }
        try await stack.inspected { inspector in
            let found = try await inspector.find("1.2")
            #expect(found.elements.map(\.summary.id) == [first, other] && found.isComplete)
        }
    }

    @Test("An import that ended without an item and was started again by hand waits")
    func redrivenWithoutItem() async throws {
        let id = SampleSnapshot.delivery
        var stack = FakeStack()
        stack.objects["deliveries/\(id).json"] = Self.time
        stack.executions = [id: "ABORTED"]
        try await stack.inspected { inspector in
            let summary = try await inspector.delivery(id)?.summary
            #expect(summary?.step == .failed)
        }
        stack.executions["\(id)-20261123T185900"] = "RUNNING"
        try await stack.inspected { inspector in
            let summary = try await inspector.delivery(id)?.summary
            #expect(summary?.step == .waiting && summary?.problem?.text.hasPrefix("it has waited for a job") == true)
        }
    }
}
