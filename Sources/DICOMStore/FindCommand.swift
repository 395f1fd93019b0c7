// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import Inspection

struct FindCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "Follows images through every step, and says where and why they hang, and what to do.",
        discussion: """
            The exit status is 0; it is 1 if nothing has this name, or if something is wrong with what was found.
            """)

    @Argument(
        help: ArgumentHelp(
            """
            The UID of a study, a series or an instance; or a delivery's id, or its beginning; or the id of an import \
            job.
            """,
            valueName: "name"))
    var name: String

    @OptionGroup var stack: StackOptions

    @Flag(help: "Print JSON on one line, with all instances.")
    var json = false

    @Flag(help: "Add the log lines about the deliveries.")
    var log = false

    func run() async throws {
        let access = try await stack.open()
        let inspector = access.inspector
        try await explained(by: access) {
            let found = try await inspector.find(name)
            let traces = found.elements
            var lines: [[LogEntry]] = []
            if log {
                for trace in traces {
                    let pages = try await inspector.logLines(about: trace.summary.id)
                    lines.append(pages.elements)
                    if !pages.isComplete {
                        Terminal.complain("\(trace.summary.id) has more log lines than one reading takes")
                    }
                }
            }
            if json {
                try JSONOutput.print(
                    traces.enumerated().map { Found(trace: $1, log: log ? lines[$0] : nil) })
            } else {
                show(traces, lines)
            }
            if !found.isComplete {
                Terminal.complain(
                    "there is more than one search takes: name a delivery, or an instance, to see all of it")
            }
            let isWrong = traces.contains { trace in
                trace.summary.problem != nil || trace.instances.contains { ["FAILED", "MISSING"].contains($0.outcome) }
            }
            if traces.isEmpty || isWrong { throw ExitCode.failure }
        }
    }

    private struct Found: Encodable {
        let trace: DeliveryTrace
        let log: [LogEntry]?
    }

    private func show(_ found: [DeliveryTrace], _ lines: [[LogEntry]]) {
        let terminal = Terminal.standardOutput()
        if found.isEmpty {
            for line in terminal.wrapped(
                """
                Nothing has the name \(name). If its sender was told that it is stored, look for the receiver's lines \
                with `dicomstore events`: another receiver, bucket or stack may have taken it. Otherwise it never \
                arrived: ask the sender.
                """, indent: 0)
            {
                terminal.print(line)
            }
        }
        for (index, trace) in found.enumerated() {
            if index > 0 { terminal.print("") }
            for line in TraceText(trace, on: terminal).lines { terminal.print(line) }
            if log {
                terminal.print("")
                for entry in lines[index] { terminal.print(EventText(entry, on: terminal).line) }
                if lines[index].isEmpty { terminal.print("  no log lines name it") }
            }
        }
    }
}
