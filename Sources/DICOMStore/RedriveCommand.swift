// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FoundationEssentials
import ImportPipeline
import Inspection

struct RedriveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "redrive",
        abstract: "Lists what is neither imported nor being imported; with --start, starts it again.",
        discussion: """
            It lists imports that are PARTIAL or FAILED, imports whose execution ended and wrote nothing into the \
            table, and events in the dead-letter queues. --start starts each import as a new execution with a new job, \
            and moves the events back to their queues. It may be interrupted and repeated: nothing is lost, and an \
            instance that is imported twice overwrites itself. The exit status is 0; it is 1 if an import could not be \
            started again.
            """)

    @Flag(help: "Start what is listed again.")
    var start = false

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Only these deliveries, or imports of further manifests. Dead letters stay where they are.",
            valueName: "id"))
    var delivery: [String] = []

    @OptionGroup var stack: StackOptions

    @Flag(help: "Print the list as JSON on one line.")
    var json = false

    func validate() throws {
        for id in delivery where ImportID(id) == nil {
            throw ValidationError(
                "--delivery \(id): expected a delivery's id, such as 20261123T235152-0123456789abcdef01234567")
        }
    }

    func run() async throws {
        let access = try await stack.open()
        try await explained(by: access) {
            let services = StackRedriveServices(stack: access.stack, client: access.client)
            try await run(Redrive(services, at: Date()))
        }
    }

    private func run(_ redrive: Redrive) async throws {
        let terminal = Terminal.standardOutput()
        let list = try await redrive.list(only: delivery.isEmpty ? nil : Set(delivery))
        if json { try JSONOutput.print(list) } else { show(list, on: terminal) }
        guard start else { return }
        var (started, left) = (0, 0)
        try await redrive.start(list) { result in
            switch result {
            case .started: started += 1
            case .left(let name, let why):
                left += 1
                Terminal.complain(Terminal.printable("\(name): \(why)"))
            case .changed(let name):
                Terminal.complain("\(Terminal.printable(name)): its item changed in the meantime, so it stays listed")
            }
        }
        tell("\(started) imports started again", on: terminal)
        if delivery.isEmpty {
            for queue in Redrive.queues {
                let moved = try await redrive.moveDeadLetters(of: queue)
                tell("\(moved) events moved back to \(queue)", on: terminal)
            }
        }
        if left > 0 || !list.isComplete { throw ExitCode.failure }
    }

    /// With --json, standard output has JSON only.
    private func tell(_ line: String, on terminal: Terminal) {
        if json { Terminal.complain(line) } else { terminal.print(line) }
    }

    private func show(_ list: RedriveList, on terminal: Terminal) {
        for entry in list.imports {
            var line = terminal.styled(Terminal.printable(entry.name), .bold)
            if let outcome = entry.outcome { line += "  \(terminal.styled(outcome, .red))" }
            if let count = entry.instanceCount {
                line += "  \(entry.importedCount.map(String.init) ?? "?") of \(count) imported"
            }
            if let job = entry.jobId, job != entry.name { line += "  job \(Terminal.printable(job))" }
            terminal.print(line)
            for line in terminal.wrapped(entry.message, indent: 4) { terminal.print(line) }
        }
        if list.imports.isEmpty {
            terminal.print(
                delivery.isEmpty ? "no import to start again" : "none of these imports is to be started again")
        }
        for queue in Redrive.queues {
            let letters = queue.replacing("Queue", with: "DeadLetterQueue")
            terminal.print("\(list.deadLetters[queue] ?? 0) events in \(letters)")
        }
        if !list.isComplete {
            Terminal.complain("there is more than one redrive lists: start these, then run it again")
        }
    }
}
