// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import Inspection

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows deliveries, imports, queues and rates of the pipeline, and what is wrong.",
        discussion: """
            It counts what has not ended, and what ended within the last 24 hours. The exit status is 0, or 1 if \
            something is wrong.
            """)

    @OptionGroup var stack: StackOptions

    @Flag(help: "Print JSON on one line.")
    var json = false

    @Flag(help: "Show it again and again, until Ctrl-C.")
    var follow = false

    @Option(help: ArgumentHelp("Seconds between two readings with --follow.", valueName: "seconds"))
    var interval = 5

    func validate() throws {
        guard (1...3_600).contains(interval) else {
            throw ValidationError("--interval \(interval): expected 1 to 3600 seconds")
        }
    }

    func run() async throws {
        let access = try await stack.open()
        let inspector = access.inspector
        if follow, Terminal.standardOutput().isTerminal, !json { Terminal.write("\u{1B}[2J") }
        while true {
            let status: PipelineStatus
            do {
                status = try await explained(by: access) { try await inspector.status() }
            } catch  where follow {
                // The reason was printed. The next reading may succeed.
                try await Task.sleep(for: .seconds(interval))
                continue
            }
            try show(status)
            guard follow else {
                if !status.problems.isEmpty { throw ExitCode.failure }
                return
            }
            try await Task.sleep(for: .seconds(interval))
        }
    }

    private func show(_ status: PipelineStatus) throws {
        guard !json else { return try JSONOutput.print(status) }
        // Its size may have changed.
        let terminal = Terminal.standardOutput()
        let text = StatusText(status, on: terminal)
        if !follow {
            for line in text.lines { terminal.print(line) }
        } else if terminal.isTerminal {
            terminal.redraw(text.lines)
        } else {
            terminal.print(text.line)
        }
    }
}
