// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import Testing

@testable import DICOMStore
@testable import Inspection

@Suite("What the command prints")
struct TextTests {
    private static func terminal(_ width: Int, colours: Bool = false) -> Terminal {
        Terminal(isTerminal: colours, hasColours: colours, width: width)
    }

    private static func busy() throws -> PipelineSnapshot {
        var snapshot = try SampleSnapshot.with(
            .item([
                .outcome: "FAILED", .message: String(repeating: "a long reason ", count: 30),
                .endedAt: SampleSnapshot.ago(100), .failedCount: "10",
            ]), .queue("ImportQueue", waiting: 12_345, deadLetters: 3))
        for number in 0..<30 {
            let item = JobItem([
                "jobId": "20261123T180000-0123456789abcdef012345\(number + 10)", "outcome": "REJECTED", "message": "no",
            ])
            snapshot.items.append(try #require(item))
        }
        return snapshot
    }

    @Test("A status fits into the width", arguments: [80, 120])
    func width(_ width: Int) throws {
        let lines = StatusText(try Self.busy().status(), on: Self.terminal(width)).lines
        #expect(lines.filter { $0.count > width } == [])
        #expect(lines.contains { $0.contains("ImportQueue 12,345 (3 dead letters)") })
        #expect(lines.last == "  and 12 more")
    }

    @Test("The line of --follow names what there is, and the number of problems")
    func line() throws {
        let line = StatusText(try Self.busy().status(), on: Self.terminal(80)).line
        #expect(line == "2026-11-23 19:00:00 UTC 1 failed, 30 rejected · 32 problems")
        let empty = StatusText(SampleSnapshot.empty().status(), on: Self.terminal(80)).line
        #expect(empty == "2026-11-23 19:00:00 UTC no deliveries")
    }

    @Test("Colours are only used where there are some")
    func colours() throws {
        let status = try Self.busy().status()
        #expect(!StatusText(status, on: Self.terminal(80)).lines.joined().contains("\u{1B}"))
        #expect(StatusText(status, on: Self.terminal(80, colours: true)).lines.joined().contains("\u{1B}[31m"))
    }

    @Test("Control characters from outside do not reach the terminal")
    func controlCharacters() throws {
        let snapshot = try SampleSnapshot.with(.item([.outcome: "FAILED", .message: "x\u{1B}[2Jy\u{9B}z\r\n"]))
        let text = StatusText(snapshot.status(), on: Self.terminal(80)).lines.joined(separator: "|")
        #expect(text.contains("x\u{FFFD}[2Jy\u{FFFD}z"))
        #expect(!text.unicodeScalars.contains { $0.properties.generalCategory == .control })
        var entry = LogEntry(at: SampleSnapshot.now, source: "StoreSCP", level: "ERROR", message: "a\nb", metadata: [:])
        entry.metadata["k"] = "v\u{7}"
        let line = EventText(entry, on: Self.terminal(80)).line
        #expect(line == "2026-11-23 19:00:00 ERROR StoreSCP       a\u{FFFD}b k=v\u{FFFD}")
    }

    @Test("A delivery is shown with each step, why it hangs and what to do, within the width", arguments: [80, 120])
    func trace(_ width: Int) throws {
        var snapshot = try SampleSnapshot.with(.marker(secondsAgo: 300))
        snapshot.markers[0].stored = .init(
            instances: 2, bytes: 1_500, studies: 1, latest: SampleSnapshot.now.addingTimeInterval(-300))
        let summary = try #require(snapshot.imports().first)
        let facts = try #require(snapshot.facts.values.first)
        var trace = DeliveryTrace(summary, in: snapshot, facts: facts)
        trace.instances = (0..<25).map {
            InstanceTrace(sopInstanceUID: "1.4.\($0)", studyInstanceUID: "1.2", seriesInstanceUID: "1.3")
        }
        trace.summary.route = "research"
        trace.summary.datastoreId = String(repeating: "b", count: 32)
        let lines = TraceText(trace, on: Self.terminal(width)).lines
        #expect(lines.filter { $0.count > width } == [])
        #expect(lines[0] == "\(SampleSnapshot.delivery)   receiving")
        #expect(
            lines.contains("  route research") && lines.contains("  data store \(String(repeating: "b", count: 32))"))
        #expect(lines.contains { $0.hasPrefix("  received   now    2026-11-23 18:00:00 2 instances, 1.5 KB") })
        #expect(lines.contains("  image sets -"))
        #expect(lines.contains { $0.hasPrefix("  why  the receiver that took it") })
        #expect(lines.contains { $0.hasPrefix("  do   Nothing: the next sweep") })
        #expect(lines.contains("  1.4.19  stored") && lines.last == "  and 5 more: --json has all")
    }

    @Test(
        "An age or a time",
        arguments: [("30m", -1_800.0), ("2h", -7_200), ("3d", -259_200), ("2026-11-23T18:00:00Z", -3_600)])
    func since(_ text: String, _ offset: Double) {
        #expect(EventsCommand.start(text, now: SampleSnapshot.now)?.timeIntervalSince(SampleSnapshot.now) == offset)
    }

    @Test("Neither", arguments: ["", "m", "0m", "-1h", "1", "99999d", "yesterday", "1w"])
    func noTime(_ text: String) {
        #expect(EventsCommand.start(text, now: SampleSnapshot.now) == nil)
    }

    @Test(
        "Sizes and numbers",
        arguments: [(0, "0 B"), (999, "999 B"), (1_000, "1.0 KB"), (99_949, "99.9 KB"), (123_456_789, "123 MB")])
    func sizes(_ bytes: Int, _ text: String) {
        #expect(ByteSize.text(bytes) == text)
    }

    @Test("Rates have a decimal where they are small")
    func rates() {
        #expect(StatusText.perMinute(30, 60) == "0.5" && StatusText.perMinute(600_000, 60) == "10,000")
        #expect(StatusText.number(1_234_567) == "1,234,567" && StatusText.number(0) == "0")
    }
}
