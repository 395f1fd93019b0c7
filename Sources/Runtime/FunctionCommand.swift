import ByteComparison

/// What a person at a shell asks of a function's executable.
enum FunctionCommand: Equatable {
    case help
    /// Run it on the event in this file; `-` is standard input.
    case run(eventPath: String)

    static let standardInput = "-"

    /// `arguments` without the executable's name; nil: they are none of these.
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

        Handles one event: of FILE, or of standard input without it and where FILE is "-". Prints the answer and exits with 0,
        or prints the error as JSON and exits with 1. Where AWS_LAMBDA_RUNTIME_API is set it handles Lambda's events instead.
        """
    }
}
