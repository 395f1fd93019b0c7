// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Measures programs that use the Lambda Runtime API side by side. Each round runs each program once, so that other
/// load on the machine affects all of them. Prints medians, their spread, and ratios to the first program.
///
/// RuntimeBenchmark compare EVENT-FILE ROUNDS STARTS INVOCATIONS NAME=COMMAND …
/// RuntimeBenchmark soak EVENT-FILE INVOCATIONS NAME=COMMAND
///
/// A name that ends in `*` means a function whose handler needs AWS: only its start is measured. A soak prints the
/// program's memory after the first thousand invocations and after all of them, and fails if it grew by more than 5 %.
@main
struct RuntimeBenchmark {
    static func main() {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            switch arguments.first {
            case "compare" where arguments.count >= 6:
                try compare(
                    try contents(of: arguments[1]), rounds: try count(arguments[2]), starts: try count(arguments[3]),
                    invocations: try count(arguments[4]), programs: try arguments[5...].map(Program.init))
            case "soak" where arguments.count == 4:
                try soak(
                    try contents(of: arguments[1]), invocations: try count(arguments[2]),
                    program: try Program(arguments[3]))
            default: throw BenchmarkError("usage: see RuntimeBenchmark.swift, or run make bench-runtime")
            }
        } catch {
            print(error)
            exit(1)
        }
    }

    private static func compare(
        _ event: [UInt8], rounds: Int, starts: Int, invocations: Int, programs: [Program]
    ) throws {
        var measured: [[Measurement]] = programs.map { _ in [] }
        for _ in 0..<rounds {
            for (index, program) in programs.enumerated() {
                measured[index].append(
                    try Measurement(program, event: event, starts: starts, invocations: invocations))
            }
        }
        print(
            "Medians of \(rounds) rounds (least to greatest), each of \(starts) starts and \(invocations) invocations")
        print("with an event of \(event.count) bytes; × is the ratio to \(programs[0].name).\n")
        ResultTable(programs: programs, measured: measured).print()
    }

    private static func soak(_ event: [UInt8], invocations: Int, program: Program) throws {
        var running = try RunningProgram(program, event: event)
        defer { running.process.end() }
        for _ in 0..<1000 { _ = try running.invoke() }
        let before = try running.process.mebibytes("VmRSS")
        for _ in 1000..<max(invocations, 1001) { _ = try running.invoke() }
        let after = try running.process.mebibytes("VmRSS")
        print("\(program.name): RSS \(before) MiB after 1000 invocations, \(after) MiB after \(invocations)")
        guard after <= before * 1.05 else { throw BenchmarkError("the memory grew by more than 5 %") }
    }

    private static func count(_ text: String) throws -> Int {
        guard let count = Int(text), count > 0 else { throw BenchmarkError("expected a number from 1, got \(text)") }
        return count
    }

    private static func contents(of path: String) throws -> [UInt8] {
        guard let file = fopen(path, "r") else { throw BenchmarkError("cannot read \(path)") }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 8 << 20)
        return Array(bytes[..<fread(&bytes, 1, bytes.count, file)])
    }
}
