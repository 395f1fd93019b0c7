import FoundationEssentials
import Glibc

/// One run of a handler on an event from a file or from standard input, for a person at a shell.
///
/// The answer, or the error as JSON, goes to standard output, the log to standard error. Exit codes: 0 for an answer,
/// 1 for an error, 2 for a command line that cannot be understood.
struct LocalInvocation {
    let arguments: [String]
    let environment: LambdaEnvironment

    func run(_ makeDispatcher: () throws -> some InvocationDispatcher) -> Int32 {
        let event: [UInt8]
        switch readEvent() {
        case .success(let bytes): event = bytes
        case .failure(let problem):
            FileDescriptorStream.standardError.write(Array("\(problem.text)\n".utf8))
            return 2
        }
        do {
            return run(try makeDispatcher(), on: event)
        } catch {
            return finish(ErrorReport(thrown: error).json, exitCode: 1)
        }
    }

    private func run<Dispatcher: InvocationDispatcher>(_ dispatcher: Dispatcher, on event: [UInt8]) -> Int32 {
        let context = LambdaContext(
            requestID: UUID().uuidString.lowercased(),
            deadline: Date(timeIntervalSinceNow: Invocation.maximumSeconds), logger: environment.logger)
        let executor = InvocationExecutor()
        let stream = ResponseStream(wake: executor.wake)
        let operation = executor.start { await dispatcher.dispatch(event, to: stream, context: context) }
        if Dispatcher.streamedContentType != nil {
            let answer = StreamedAnswer(stream, from: operation, on: executor)
            while let chunk = answer.nextChunk() { FileDescriptorStream.standardOutput.write(chunk) }
            if case .success = executor.finish(operation) { return 0 }
        }
        switch executor.finish(operation) {
        case .success(let output): return finish(output, exitCode: 0)
        case .failure(let report): return finish(report.json, exitCode: 1)
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

    private func finish(_ output: [UInt8], exitCode: Int32) -> Int32 {
        FileDescriptorStream.standardOutput.write(output + [UInt8(ascii: "\n")])
        return exitCode
    }
}
