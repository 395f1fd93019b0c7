// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Measures DICOM receivers side by side and prints Markdown.
///
/// SCPBenchmark machine
/// SCPBenchmark free-port
/// SCPBenchmark SUITE ROUNDS NAME=COMMAND …
/// SCPBenchmark walk PASSES NAME=COMMAND NAME=COMMAND
/// SCPBenchmark connect ROUNDS NAME=COMMAND …
/// SCPBenchmark neighbours ROUNDS NAME=COMMAND …
/// SCPBenchmark soak SECONDS NAME=COMMAND
/// SCPBenchmark many-studies SECONDS NAME=COMMAND
///
/// Environment variables: FOLDER, where receivers store; SINK_FOLDER, where the server behind them stores; WORKLOADS,
/// names separated by semicolons; LATENCY, the latency of that server in milliseconds; PLOT, the SVG file to be
/// written.
@main
struct SCPBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case ("machine", 1): print(Machine.line)
        case ("free-port", 1): print(try Loopback.freePort())
        case (let suite?, 3...):
            guard let amount = Int(arguments[2]), amount > 0 else { throw usage }
            try run(suite, amount, try arguments.dropFirst(2).map(Program.init))
        default: throw usage
        }
    }

    private static let usage = BenchmarkError("expected SUITE ROUNDS NAME=COMMAND …")

    private static func run(_ name: String, _ amount: Int, _ programs: [Program]) throws {
        let environment = ProcessInfo.processInfo.environment
        guard let folder = environment["FOLDER"] else { throw BenchmarkError("expected FOLDER in the environment") }
        let files = name == "walk" ? .removed : Suite.named[name]?.files ?? .kept
        let storage = Storage(folder: folder, sinkFolder: environment["SINK_FOLDER"], files: files)
        let workloads = environment["WORKLOADS"]?.split(separator: ";").map(String.init)
        print("\n### \(name)")
        switch name {
        case "neighbours":
            Neighbours.compare(programs, rounds: amount, storage: storage, attacks: workloads)
        case "walk": try WalkCost(programs: programs, passes: amount, storage: storage).run()
        case "connect": ConnectionRush.compare(programs, rounds: amount, storage: storage)
        case "many-studies":
            try ManyStudies(
                program: programs[0], seconds: Double(amount), storage: storage,
                latencyMilliseconds: environment["LATENCY"].flatMap(Double.init) ?? 30
            ).run()
        case "soak": try Soak(program: programs[0], seconds: Double(amount), storage: storage).run()
        default:
            guard let suite = Suite.named[name] else { throw BenchmarkError("unknown suite: \(name)") }
            let tables = Comparison(
                suite: suite, programs: programs, rounds: amount, storage: storage,
                workloads: workloads,
                latencyMilliseconds: environment["LATENCY"].flatMap(Double.init)
            ).run()
            guard let path = environment["PLOT"], !path.isEmpty, !tables.isEmpty else { return }
            let title = "Throughput of receivers storing into a folder, as a ratio to the \(programs[0].name)"
            try RatioChart(title: title, tables: tables).svg.write(toFile: path, atomically: true, encoding: .utf8)
        }
    }
}
