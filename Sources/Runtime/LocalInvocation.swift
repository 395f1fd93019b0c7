import FoundationEssentials
import Glibc

/// One run of a handler on an event from a file or from standard input, for a person at a shell.
///
/// The answer, or the error as JSON, goes to standard output, the log to standard error. Exit codes: 0 for an answer,
/// 1 for an error, 2 for a command line that cannot be understood.
struct LocalInvocation {
    let arguments: [String]
    let environment: LambdaEnvironment

    /// As long as Lambda allows at the most.
    private static let timeLimit: TimeInterval = 900

    func run<Handler: LambdaHandler>(_: Handler.Type) async -> Int32 {
        let event: [UInt8]
        switch readEvent() {
        case .success(let bytes): event = bytes
        case .failure(let problem):
            FileDescriptorStream.standardError.write(Array("\(problem.text)\n".utf8))
            return 2
        }
        do {
            let dispatcher = EventDispatcher(handler: try Handler(environment: environment))
            let context = LambdaContext(
                requestID: UUID().uuidString.lowercased(), deadline: Date(timeIntervalSinceNow: Self.timeLimit),
                logger: environment.logger)
            switch await dispatcher.dispatch(event, context: context) {
            case .success(let output): return finish(output, exitCode: 0)
            case .failure(let failure): return finish(encoded(failure.report), exitCode: 1)
            }
        } catch {
            return finish(encoded(ErrorReport(thrown: error)), exitCode: 1)
        }
    }

    private struct Problem: Error {
        let text: String
    }

    private func readEvent() -> Result<[UInt8], Problem> {
        let usage = "usage: \(arguments.first ?? "function") [--event FILE]   (without it: the event on standard input)"
        switch arguments.dropFirst().map({ $0 }) {
        case []:
            guard isatty(STDIN_FILENO) == 0 else { return .failure(Problem(text: usage)) }
            return .success(FileDescriptorStream.standardInput.readToEnd())
        case let options where options.count == 2 && options[0] == "--event":
            guard let data = try? Data(contentsOf: URL(filePath: options[1])) else {
                return .failure(Problem(text: "cannot read the event file \(options[1])"))
            }
            return .success(Array(data))
        default: return .failure(Problem(text: usage))
        }
    }

    private func encoded(_ report: ErrorReport) -> [UInt8] {
        // Strings alone: encoding them cannot fail.
        Array((try? JSONEncoder.lambda.encode(report)) ?? Data())
    }

    private func finish(_ output: [UInt8], exitCode: Int32) -> Int32 {
        FileDescriptorStream.standardOutput.write(output + [UInt8(ascii: "\n")])
        return exitCode
    }
}
