// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The command line.
struct Options {
    enum Command {
        case seeds(Range<UInt64>)
        case seed(UInt64)
        case mutants
    }

    struct Problem: Error, CustomStringConvertible {
        let argument: String

        var description: String {
            """
            \(argument) is not a valid argument.
            Simulation --seeds COUNT [--first SEED] [--mutant NAME] [--jobs COUNT]
            Simulation --seed SEED [--trace] [--mutant NAME]
            Simulation --mutants [--jobs COUNT]
            Mutants: \(MutantList.all.map(\.name).joined(separator: " "))
            """
        }
    }

    private(set) var command = Command.seeds(1..<1_001)
    private(set) var makeMutant: @Sendable () -> Mutant = { Mutant() }
    private(set) var isTraced = false
    /// The number of runs at the same time.
    private(set) var jobs = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))

    init(_ arguments: some Sequence<String>) throws(Problem) {
        var first: UInt64 = 1
        var count: UInt64?
        var rest = Array(arguments)[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--seeds": count = try Self.number(&rest, after: argument)
            case "--first": first = try Self.number(&rest, after: argument)
            case "--seed": command = .seed(try Self.number(&rest, after: argument))
            case "--jobs": jobs = Int(try Self.number(&rest, after: argument))
            case "--mutants": command = .mutants
            case "--trace": isTraced = true
            case "--mutant":
                let name = rest.popFirst() ?? argument
                guard let mutant = MutantList.named(name) else { throw Problem(argument: name) }
                makeMutant = mutant.make
            default: throw Problem(argument: argument)
            }
        }
        if let count { command = .seeds(first..<first + count) }
    }

    private static func number(_ rest: inout ArraySlice<String>, after argument: String) throws(Problem) -> UInt64 {
        guard let number = rest.popFirst().flatMap({ UInt64($0) }), number < 1 << 60 else {
            throw Problem(argument: argument)
        }
        return number
    }
}
