// SPDX-License-Identifier: Apache-2.0

/// A program to be measured: `NAME=COMMAND`, in which `{port}` and `{folder}` are replaced.
struct Program {
    let name: String
    let command: String

    init(_ argument: String) throws {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { throw BenchmarkError("expected NAME=COMMAND, got \(argument)") }
        name = String(parts[0])
        command = String(parts[1])
    }

    var storesIntoFolder: Bool { command.contains("{folder}") }
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
