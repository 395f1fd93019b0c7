// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// Runs programs that are not part of this project.
///
/// It does not use Foundation's `Process`, which lists `/proc/self/fd` first and copies 256 bytes of each name, however
/// short the name is. With many open files, that sometimes reads past the end of a page, and the tests crash with
/// signal 11.
package enum ForeignProgram {
    package struct Result: Sendable {
        package let status: Int32
        /// Standard output and standard error.
        package let output: String
    }

    package struct CannotStart: Error, CustomStringConvertible {
        let path: String
        let errno: Int32

        package var description: String { "\(path) cannot be started: \(String(cString: strerror(errno)))" }
    }

    package static func run(_ path: String, _ arguments: [String]) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            // On a separate thread, because reading blocks until the program has ended.
            Thread.detachNewThread {
                continuation.resume(with: Swift.Result { try runAndWait(path, arguments) })
            }
        }
    }

    /// Blocks until the program has ended.
    package static func runAndWait(_ path: String, _ arguments: [String]) throws -> Result {
        let (program, reading) = try starting.withLock { _ in try start(path, arguments) }
        defer { close(reading) }
        let output = read(reading)
        var status: Int32 = 0
        while waitpid(program, &status, 0) < 0 && errno == EINTR {}
        return Result(status: exitStatus(status), output: String(decoding: output, as: UTF8.self))
    }

    /// Programs are started one at a time, because a program that is started concurrently would inherit the pipe and
    /// keep it open.
    private static let starting = Mutex(())

    /// Returns the process id, and the end of the pipe for reading its output.
    private static func start(_ path: String, _ arguments: [String]) throws -> (pid_t, Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw CannotStart(path: path, errno: errno) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(writing) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, writing, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, writing, STDERR_FILENO)
        let environment = ProcessInfo.processInfo.environment.map { "\($0)=\($1)" }
        var program: pid_t = 0
        let result = withStrings([path] + arguments) { argv in
            withStrings(environment) { envp in posix_spawn(&program, path, &actions, nil, argv, envp) }
        }
        guard result == 0 else {
            close(reading)
            throw CannotStart(path: path, errno: result)
        }
        return (program, reading)
    }

    private static func withStrings<Value>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Value
    ) -> Value {
        let pointers = strings.map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        return body(pointers + [nil])
    }

    private static func read(_ descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count > 0 {
                bytes += buffer[..<count]
            } else if count == 0 || errno != EINTR {
                return bytes
            }
        }
    }

    /// For a program that a signal ended, 128 plus the signal, as in shells.
    private static func exitStatus(_ status: Int32) -> Int32 {
        let signal = status & 0x7F
        return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
    }
}
