// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The kernel's figures about a process and the processes that it forked.
struct MeasuredProcesses: Sendable {
    let root: pid_t

    /// User and system time, including processes that have ended and were waited for.
    var cpuSeconds: Double {
        all().reduce(0) { $0 + Self.cpuTicks($1) } / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The CPU time of the first process's living threads, in units of a nanosecond. The other figure is counted in
    /// ticks of ten milliseconds.
    var exactCPUSeconds: Double {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(root)/task")) ?? []
        return threads.reduce(0) { sum, thread in
            let fields = Self.read("\(root)/task/\(thread)/schedstat").split(separator: " ")
            return sum + (fields.first.flatMap { Double($0) } ?? 0) / 1e9
        }
    }

    /// The sum of the peaks of all processes that live now. Memory that forked processes share is counted for each of
    /// them.
    var peakBytes: Int { sum("VmHWM") }

    var residentBytes: Int { sum("VmRSS") }

    func kill() {
        for id in all() { Glibc.kill(id, SIGKILL) }
        waitpid(root, nil, 0)
    }

    /// The measured programs fork from their main threads, and only one level deep.
    private func all() -> [pid_t] {
        [root] + Self.read("\(root)/task/\(root)/children").split(separator: " ").compactMap { pid_t($0) }
    }

    private func sum(_ field: String) -> Int {
        all().reduce(0) { $0 + Self.kibibytes(field, of: $1) } * 1024
    }

    /// A field of `stat`. The name before the fields may contain spaces, and ends at the last parenthesis.
    private static func cpuTicks(_ id: pid_t) -> Double {
        let text = read("\(id)/stat")
        guard let end = text.lastIndex(of: ")") else { return 0 }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 14 else { return 0 }
        return fields[11...14].reduce(0) { $0 + (Double($1) ?? 0) }
    }

    private static func kibibytes(_ field: String, of id: pid_t) -> Int {
        let line = read("\(id)/status").split(separator: "\n").first { $0.hasPrefix("\(field):") }
        return line?.split { $0 == " " || $0 == "\t" }.dropFirst().first.flatMap { Int($0) } ?? 0
    }

    /// Empty if the process has ended.
    private static func read(_ path: String) -> String {
        (try? String(contentsOfFile: "/proc/\(path)", encoding: .utf8)) ?? ""
    }
}
