// SPDX-License-Identifier: Apache-2.0

import ByteComparison

/// The command line of a function's executable when a person runs it in a shell.
enum FunctionCommand: Equatable {
    case help
    /// Handle the event in this file; `-` is standard input.
    case run(eventPath: String)

    static let standardInput = "-"

    /// `arguments` do not include the executable's name. `nil` if they are not valid.
    init?(_ arguments: [String]) {
        switch (arguments.count, arguments.first) {
        case (0, _): self = .run(eventPath: Self.standardInput)
        case (1, "--help"), (1, "-h"): self = .help
        case (2, "--event") where !arguments[1].isEmpty: self = .run(eventPath: arguments[1])
        case (1, let argument?):
            guard let path = argument.removing(prefix: "--event="), !path.isEmpty else { return nil }
            self = .run(eventPath: String(path))
        default: return nil
        }
    }

    static func usage(of executable: String) -> String {
        """
        usage: \(executable) [--event FILE]

        Handles one event from FILE, or from standard input if FILE is "-" or not given. Prints the answer and exits with 0,
        or prints the error as JSON and exits with 1. If AWS_LAMBDA_RUNTIME_API is set, it handles Lambda's events instead.
        """
    }
}
