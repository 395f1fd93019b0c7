// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// Handles one event from a file or from standard input, for a person in a shell.
///
/// The answer, or the error as JSON, goes to standard output; the log goes to standard error. Exit codes: 0 for an
/// answer, 1 for an error or an answer that cannot be written, 2 for a wrong command line or an event that cannot be
/// read.
struct LocalInvocation {
    let arguments: [String]
    let environment: LambdaEnvironment
    /// The settings of the function, for `--help`.
    let settings: [FunctionSetting]

    func run<Handler>(_ makeDispatcher: () throws -> InvocationDispatcher<Handler>) -> Int32 {
        guard let command = FunctionCommand(Array(arguments.dropFirst())) else { return complain(usage) }
        switch command {
        case .help:
            let lines = FunctionSetting.lines(settings + FunctionSetting.ofRuntime)
            return finish(Array("\(usage)\n\nSettings, by environment variables:\n\(lines)".utf8), exitCode: 0)
        case .run(let path):
            if path == FunctionCommand.standardInput && isatty(STDIN_FILENO) != 0 { return complain(usage) }
            do {
                return run(makeDispatcher, on: try event(of: path))
            } catch {
                return complain("cannot read the event from \(path): \(error)")
            }
        }
    }

    private var usage: String { FunctionCommand.usage(of: arguments.first ?? "function") }

    private func event(of path: String) throws(SystemCallError) -> [UInt8] {
        path == FunctionCommand.standardInput
            ? try FileDescriptorStream.standardInput.readToEnd() : try FileDescriptorStream.read(file: path)
    }

    private func run<Handler>(
        _ makeDispatcher: () throws -> InvocationDispatcher<Handler>, on event: [UInt8]
    ) -> Int32 {
        do {
            return run(try makeDispatcher(), on: event)
        } catch {
            return finish(ErrorReport(thrown: error).json, exitCode: 1)
        }
    }

    private func run(_ dispatcher: InvocationDispatcher<some LambdaHandler>, on event: [UInt8]) -> Int32 {
        let context = LambdaContext(
            requestID: UUID().uuidString.lowercased(),
            deadline: Date(timeIntervalSinceNow: Invocation.maximumSeconds), logger: environment.logger)
        let executor = InvocationExecutor()
        switch executor.finish(executor.start { await dispatcher.dispatch(event, context: context) }) {
        case .success(let output): return finish(output, exitCode: 0)
        case .failure(let report): return finish(report.json, exitCode: 1)
        }
    }

    private func finish(_ output: [UInt8], exitCode: Int32) -> Int32 {
        isWritten(output + [UInt8(ascii: "\n")]) ? exitCode : 1
    }

    private func isWritten(_ output: [UInt8]) -> Bool {
        do {
            try FileDescriptorStream.standardOutput.write(output)
            return true
        } catch {
            environment.logger.error("the answer cannot be written", error: error)
            return false
        }
    }

    private func complain(_ text: String) -> Int32 {
        try? FileDescriptorStream.standardError.write(Array("\(text)\n".utf8))
        return 2
    }
}
