// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import ImportPipeline
import Inspection

struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Shows warnings, errors and outcomes of the receiver and the functions in the order of their times.",
        discussion: "It reads the log groups in CloudWatch Logs; the receivers must log JSON, which is their default.")

    @OptionGroup var stack: StackOptions

    @Option(
        help: ArgumentHelp(
            "From when on: 30m, 2h, 3d, or a time such as 2026-11-23T18:00:00Z.", valueName: "time"))
    var since = "1h"

    @Option(help: ArgumentHelp("All lines about this delivery, of every level.", valueName: "id"))
    var delivery: String?

    @Flag(help: "Wait for further lines, until Ctrl-C.")
    var follow = false

    @Flag(help: "Print each line as JSON.")
    var json = false

    private static let followSeconds = 3

    func validate() throws {
        guard Self.start(since, now: Date()) != nil else {
            throw ValidationError("--since \(since): expected 30m, 2h, 3d, or a time such as 2026-11-23T18:00:00Z")
        }
        if let delivery, ImportID(delivery) == nil {
            throw ValidationError(
                "--delivery \(delivery): expected a delivery's id, such as 20261123T235152-0123456789abcdef01234567")
        }
    }

    /// `nil` for a text that is neither an age nor a time.
    static func start(_ text: String, now: Date) -> Date? {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        if let last = text.last, let unit = units[last], let count = Int(text.dropLast()), (1...9_999).contains(count) {
            return now.addingTimeInterval(-Double(count) * unit)
        }
        return Timestamp.date(text)
    }

    func run() async throws {
        let access = try await stack.open()
        let logs = access.inspector.logs
        let terminal = Terminal.standardOutput()
        let id = delivery.flatMap { ImportID($0) }?.delivery
        var start =
            id.flatMap { Timestamp.date($0.openedAt)?.addingTimeInterval(-300) }
            ?? Self.start(since, now: Date()) ?? Date()
        var seen: Set<LogEntry> = []
        while true {
            let begun = Date()
            let pages: Pages<LogEntry>
            do {
                pages = try await explained(by: access) { [start] in
                    if let id {
                        try await logs.lines(about: id, from: start)
                    } else {
                        try await logs.events(from: start)
                    }
                }
            } catch  where follow {
                // The reason was printed. The next reading begins at the same time.
                try await Task.sleep(for: .seconds(Self.followSeconds))
                continue
            }
            for entry in pages.elements where seen.insert(entry).inserted {
                if json { try JSONOutput.print(entry) } else { terminal.print(EventText(entry, on: terminal).line) }
            }
            if !pages.isComplete {
                Terminal.complain("there are more lines than one reading takes: give a shorter --since, or --delivery")
            }
            guard follow else { return }
            // CloudWatch shows lines some seconds late, and not in order.
            start = max(start, begun.addingTimeInterval(-60))
            seen = seen.filter { $0.at >= start.addingTimeInterval(-60) }
            try await Task.sleep(for: .seconds(Self.followSeconds))
        }
    }
}
