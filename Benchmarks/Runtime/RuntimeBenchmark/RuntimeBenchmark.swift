import Glibc

/// Measures programs that speak the Lambda Runtime API side by side: in every round each program once, so that what the
/// machine does meanwhile falls on all of them. Prints medians, their spread, and ratios to the first program.
///
///     RuntimeBenchmark EVENT-FILE ROUNDS STARTS INVOCATIONS NAME=COMMAND …
///
/// A name that ends in `*` stands for a function whose handler needs AWS: only its start is measured.
@main
struct RuntimeBenchmark {
    static func main() {
        do {
            try run(Array(CommandLine.arguments.dropFirst()))
        } catch {
            print(error)
            exit(1)
        }
    }

    private static func run(_ arguments: [String]) throws {
        guard arguments.count >= 5, let rounds = Int(arguments[1]), let starts = Int(arguments[2]),
            let invocations = Int(arguments[3]), rounds > 0, starts > 0, invocations > 0
        else { throw BenchmarkError("usage: RuntimeBenchmark EVENT-FILE ROUNDS STARTS INVOCATIONS NAME=COMMAND …") }
        let event = try contents(of: arguments[0])
        let programs = try arguments[4...].map(Program.init)
        var measured: [[Measurement]] = programs.map { _ in [] }
        for _ in 0..<rounds {
            for (index, program) in programs.enumerated() {
                measured[index].append(
                    try Measurement(program, event: event, starts: starts, invocations: invocations))
            }
        }
        print("medians of \(rounds) rounds (least to greatest), each of \(starts) starts and \(invocations) invocations")
        print("with an event of \(event.count) bytes; × is the ratio to \(programs[0].name)\n")
        ResultTable(programs: programs, measured: measured).print()
    }

    private static func contents(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw BenchmarkError("cannot read \(path)") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8 << 20)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }
}
