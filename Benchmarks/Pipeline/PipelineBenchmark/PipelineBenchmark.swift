// SPDX-License-Identifier: Apache-2.0

import Foundation
import PipelineSimulation

/// `PipelineBenchmark REPOSITORY [PLOT]` prints tables in Markdown, and draws a migration into the file PLOT.
/// `PipelineBenchmark REPOSITORY agreement` reads a `MeasuredRun` and prints the simulation's results for the same
/// load, both in JSON.
@main
struct PipelineBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard let folder = arguments.first else { throw Usage() }
        let parameters = try PipelineParameters(repository: URL(filePath: folder))
        if arguments.dropFirst().first == "agreement" {
            let run = try JSONDecoder().decode(MeasuredRun.self, from: FileHandle.standardInput.readToEnd() ?? Data())
            return print(String(decoding: try JSONEncoder().encode(run.simulated(parameters)), as: UTF8.self))
        }
        let tables = BenchmarkTables(
            parameters: parameters, prices: try Prices(repository: URL(filePath: folder)))
        tables.printBacklogs()
        tables.printLooks()
        tables.printSenders()
        if let plot = arguments.dropFirst().first {
            try BacklogChart(parameters: parameters).svg.write(toFile: plot, atomically: true, encoding: .utf8)
        }
    }

    private struct Usage: Error, CustomStringConvertible {
        var description: String { "usage: PipelineBenchmark REPOSITORY [PLOT | agreement]" }
    }
}
