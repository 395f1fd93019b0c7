// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Runs a program and returns its standard output.
enum ChildProcess {
    enum Failure: Error, CustomStringConvertible {
        case notStarted(reason: String)
        case exited(status: Int32)
        case outputTooLarge(maximumBytes: Int)
        case timedOut(seconds: Int)

        var description: String {
            switch self {
            case .notStarted(let reason): "it cannot be started: \(reason)"
            case .exited(let status): "it ended with status \(status), expected 0"
            case .outputTooLarge(let maximum): "expected at most \(maximum) bytes of output, but there are more"
            case .timedOut(let seconds): "it did not end within \(seconds) s"
            }
        }
    }

    /// Blocks until the program has ended. It shares this process's standard error; its standard input is empty.
    static func output(
        of command: [String], maximumBytes: Int, timeoutSeconds: Int
    ) throws(Failure) -> [UInt8] {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .notStarted(reason: text(of: errno)) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(ends[0]) }
        let process = try start(command, output: ends[1])
        let output = read(from: ends[0], maximumBytes: maximumBytes, timeoutSeconds: timeoutSeconds)
        if case .failure = output { kill(process, SIGKILL) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 && errno == EINTR {}
        let bytes = try output.get()
        let exitStatus = status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + status & 0x7F
        guard exitStatus == 0 else { throw .exited(status: exitStatus) }
        return bytes
    }

    /// Closes `output` in this process.
    private static func start(_ command: [String], output: Int32) throws(Failure) -> pid_t {
        defer { close(output) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process = pid_t()
        let code = posix_spawnp(&process, command[0], &actions, nil, &arguments, environ)
        guard code == 0 else { throw .notStarted(reason: text(of: code)) }
        return process
    }

    private static func read(
        from descriptor: Int32, maximumBytes: Int, timeoutSeconds: Int
    ) -> Result<[UInt8], Failure> {
        let deadline = ContinuousClock.now + .seconds(timeoutSeconds)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let left = (deadline - .now).components
            let milliseconds = left.seconds * 1000 + left.attoseconds / 1_000_000_000_000_000
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard milliseconds > 0, poll(&waiting, 1, Int32(milliseconds)) != 0 else {
                return .failure(.timedOut(seconds: timeoutSeconds))
            }
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return .success(bytes) }
            bytes += chunk[..<count]
            guard bytes.count <= maximumBytes else { return .failure(.outputTooLarge(maximumBytes: maximumBytes)) }
        }
    }

    private static func text(of code: Int32) -> String { String(cString: strerror(code)) }
}
