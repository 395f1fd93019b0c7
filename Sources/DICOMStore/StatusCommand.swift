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
        let terminal = Terminal.standardOutput()
        if follow, terminal.isTerminal, !json { Terminal.write("\u{1B}[2J") }
        while true {
            let status = try await explained(by: access) { try await inspector.status() }
            if json {
                try JSONOutput.print(status)
            } else if follow {
                let terminal = Terminal.standardOutput()
                if terminal.isTerminal {
                    terminal.redraw(StatusText(status, on: terminal).lines)
                } else {
                    terminal.print(StatusText(status, on: terminal).line)
                }
            } else {
                for line in StatusText(status, on: terminal).lines { terminal.print(line) }
            }
            guard follow else {
                if !status.problems.isEmpty { throw ExitCode.failure }
                return
            }
            try await Task.sleep(for: .seconds(interval))
        }
    }
}
