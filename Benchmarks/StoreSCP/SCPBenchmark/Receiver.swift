// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A receiver that is being measured, with all the processes that it starts.
struct Receiver: Sendable {
    let port: Int
    let processes: MeasuredProcesses

    /// Returns when the receiver accepts associations.
    init(_ program: Program, folder: String) throws {
        let port = try Loopback.freePort()
        self.port = port
        let words = program.command.split(separator: " ").map { word in
            word.replacingOccurrences(of: "{port}", with: "\(port)").replacingOccurrences(of: "{folder}", with: folder)
        }
        let process = Process()
        // The kernel kills it when this program ends, for whatever reason.
        process.executableURL = URL(filePath: "/usr/bin/setpriv")
        process.arguments = ["--pdeathsig", "KILL", "/usr/bin/env"] + words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        processes = MeasuredProcesses(root: process.processIdentifier)
        let deadline = ContinuousClock.now + .seconds(20)
        while (try? Sender(port: port, object: .ct).release()) == nil {
            guard process.isRunning, ContinuousClock.now < deadline else {
                processes.kill()
                throw BenchmarkError("does not accept associations")
            }
            usleep(20_000)
        }
    }

    func end() {
        processes.kill()
    }
}
