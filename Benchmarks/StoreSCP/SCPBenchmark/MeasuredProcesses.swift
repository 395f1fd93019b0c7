import Foundation

/// What the kernel says of a process and of those that it forked.
struct MeasuredProcesses: Sendable {
    let root: pid_t

    /// User and system, those that have ended and were waited for too.
    var cpuSeconds: Double {
        all().reduce(0) { $0 + Self.cpuTicks($1) } / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Of the first process's threads that live, to the nanosecond: the kernel counts ticks of ten milliseconds otherwise.
    var exactCPUSeconds: Double {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(root)/task")) ?? []
        return threads.reduce(0) { sum, thread in
            let fields = Self.read("\(root)/task/\(thread)/schedstat").split(separator: " ")
            return sum + (fields.first.flatMap { Double($0) } ?? 0) / 1e9
        }
    }

    /// The sum over the processes that live now of the most that each has held so far. What forked ones share counts for each.
    var peakBytes: Int { sum("VmHWM") }

    var residentBytes: Int { sum("VmRSS") }

    func kill() {
        for id in all() { Glibc.kill(id, SIGKILL) }
        waitpid(root, nil, 0)
    }

    /// Those that are measured fork from their main threads, and one level deep.
    private func all() -> [pid_t] {
        [root] + Self.read("\(root)/task/\(root)/children").split(separator: " ").compactMap { pid_t($0) }
    }

    private func sum(_ field: String) -> Int {
        all().reduce(0) { $0 + Self.kibibytes(field, of: $1) } * 1024
    }

    /// From `stat`: the name, which may hold spaces, ends at the last parenthesis.
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

    /// Empty where the process has ended.
    private static func read(_ path: String) -> String {
        (try? String(contentsOfFile: "/proc/\(path)", encoding: .utf8)) ?? ""
    }
}
