import Foundation
import Glibc

/// A receiver under measurement, with all the processes that it starts.
struct Receiver: Sendable {
    private let processIdentifier: pid_t
    let port: Int

    /// `{port}` and `{folder}` in the command are replaced. Returns when it accepts connections.
    init(_ program: Program, folder: String) throws {
        let port = try Self.freePort()
        self.port = port
        let words = program.command.split(separator: " ").map { word in
            word.replacingOccurrences(of: "{port}", with: "\(port)").replacingOccurrences(of: "{folder}", with: folder)
        }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        processIdentifier = process.processIdentifier
        let deadline = ContinuousClock.now + .seconds(20)
        while (try? Sender(port: port).release()) == nil {
            guard process.isRunning, ContinuousClock.now < deadline else {
                throw BenchmarkError("\(program.name) does not accept associations")
            }
            usleep(20_000)
        }
    }

    func end() {
        for id in processes().map(\.id) { kill(id, SIGKILL) }
        waitpid(processIdentifier, nil, 0)
    }

    /// User and system, of all its processes, those that have ended too.
    var cpuSeconds: Double {
        processes().reduce(0) { $0 + $1.cpuTicks } / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The sum over its processes now.
    var residentBytes: Int { processes().reduce(0) { $0 + $1.residentPages } * sysconf(Int32(_SC_PAGESIZE)) }

    private struct Entry {
        let id: pid_t
        let parent: pid_t
        let cpuTicks: Double
        let residentPages: Int
    }

    /// The process and its descendants.
    private func processes() -> [Entry] {
        let ids = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { pid_t($0) } ?? []
        let all = ids.compactMap(Self.entry)
        var known: Set<pid_t> = [processIdentifier]
        // Children have greater ids than their parents, but for a wrap: twice is enough for the depth that there is.
        for _ in 0..<2 { known.formUnion(all.filter { known.contains($0.parent) }.map(\.id)) }
        return all.filter { known.contains($0.id) }
    }

    /// From /proc's `stat`: the name, which may hold spaces, ends at the last parenthesis.
    private static func entry(_ id: pid_t) -> Entry? {
        guard let text = try? String(contentsOfFile: "/proc/\(id)/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 21, let parent = pid_t(fields[1]), let pages = Int(fields[21]) else { return nil }
        return Entry(
            id: id, parent: parent, cpuTicks: fields[11...14].reduce(0) { $0 + (Double($1) ?? 0) }, residentPages: pages
        )
    }

    private static func freePort() throws -> Int {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(probe, $0, length) == 0 ? getsockname(probe, $0, &length) : -1
            }
        }
        guard result == 0 else { throw BenchmarkError("no free port: errno \(errno)") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }
}

/// What is compared: `name=command`.
struct Program {
    let name: String
    let command: String

    init?(_ argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        name = String(parts[0])
        command = String(parts[1])
    }
}
