// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A program that is being measured, and the kernel's figures about it.
struct MeasuredProcess {
    private let id: pid_t

    /// `command` is a path and its arguments. `environment` is the program's whole environment. Its log goes to
    /// /dev/null.
    init(_ command: [String], environment: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let arguments = command.map { strdup($0) } + [nil]
        let variables = environment.map { strdup($0) } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var id = pid_t()
        let result = posix_spawn(&id, command[0], &actions, nil, arguments, variables)
        guard result == 0 else { throw BenchmarkError("cannot start \(command[0]): errno \(result)") }
        self.id = id
    }

    /// CPU time used so far, user and system, in nanoseconds.
    func cpuNanoseconds() throws -> Int {
        var clock = clockid_t()
        let result = clock_getcpuclockid(id, &clock)
        guard result == 0 else { throw BenchmarkError("the program has no CPU clock: errno \(result)") }
        return nanoseconds(of: clock)
    }

    /// A value of `/proc/PID/status`, such as `VmRSS` or `VmHWM`.
    func mebibytes(_ name: String) throws -> Double {
        guard let file = fopen("/proc/\(id)/status", "r") else { throw BenchmarkError("the program has ended") }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let fields = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
                .split { $0 == "\t" || $0 == " " || $0 == "\n" }
            if fields.first == "\(name):", fields.count > 1, let kibibytes = Double(fields[1]) {
                return kibibytes / 1024
            }
        }
        throw BenchmarkError("/proc has no \(name) of the program")
    }

    func end() {
        kill(id, SIGKILL)
        waitpid(id, nil, 0)
    }
}

func nanoseconds(of clock: clockid_t = CLOCK_MONOTONIC) -> Int {
    var time = timespec()
    clock_gettime(clock, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}
