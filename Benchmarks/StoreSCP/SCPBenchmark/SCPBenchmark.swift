import Foundation

/// `SCPBenchmark ROUNDS FOLDER NAME=COMMAND …`: each workload in each round against each receiver in turn, and the medians as a
/// Markdown table, the first receiver being what the others are compared with.
@main
struct SCPBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        let programs = arguments.dropFirst(3).compactMap(Program.init)
        guard arguments.count > 3, let rounds = Int(arguments[1]), programs.count == arguments.count - 3 else {
            throw BenchmarkError("expected ROUNDS FOLDER NAME=COMMAND …")
        }
        let names = ProcessInfo.processInfo.environment["WORKLOADS"]?.split(separator: ";").map(String.init)
        for workload in Workload.all where names?.contains(workload.name) ?? true {
            var results: [[Measurement]] = programs.map { _ in [] }
            for round in 0..<rounds {
                for offset in programs.indices {
                    let index = (offset + round) % programs.count
                    do {
                        results[index].append(try measure(programs[index], workload, folder: arguments[2]))
                    } catch {
                        FileHandle.standardError.write(
                            Data("\(programs[index].name), \(workload.name): \(error)\n".utf8))
                    }
                }
            }
            ResultTable(workload: workload, programs: programs.map(\.name), results: results).print()
        }
    }

    /// A receiver of its own for each measurement, with an empty folder.
    private static func measure(_ program: Program, _ workload: Workload, folder: String) throws -> Measurement {
        try? FileManager.default.removeItem(atPath: folder)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let receiver = try Receiver(program, folder: folder)
        defer { receiver.end() }
        return try Measurement(workload, port: receiver.port, of: receiver)
    }
}
