// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The CPU time of the second of two receivers relative to the first, with a precision of one percent.
///
/// Other load on the machine changes a receiver's CPU seconds by more than that. So both receivers run, and passes go
/// to them in turn. Each pair of passes gives a ratio, and the result is the median of the ratios. A disturbance only
/// makes a pass more expensive, so that with enough passes the ratio of the cheapest ones gives the same result.
struct WalkCost {
    let programs: [Program]
    let passes: Int
    let storage: Storage

    private static let workloads = [
        Suite.ct(2000, associations: 8),
        Workload(name: "CT of 186 elements, 8 associations", object: .ctOfAScanner, objects: 2000, associations: 8),
        Workload(name: "multi-frame", object: .multiFrame, objects: 2, associations: 1),
        Workload(name: "deflated, 8 associations", object: .deflatedCT, objects: 2000, associations: 8),
    ]
    private static let passSeconds = 20.0

    func run() throws {
        guard programs.count == 2 else { throw BenchmarkError("expected two receivers, got \(programs.count)") }
        print(
            "\n| CPU s/GB | \(programs[0].name) | \(programs[1].name) | ratio of a pair of passes | ratio of the cheapest |"
        )
        print("|---|---|---|---|---|")
        for workload in Self.workloads {
            print("| \(workload.name) | " + cells(try measure(workload)).joined(separator: " | ") + " |")
            fflush(nil)
        }
    }

    /// Returns the CPU seconds per gigabyte of each pass, by receiver.
    private func measure(_ workload: Workload) throws -> [[Double]] {
        try storage.renew()
        let receivers = try programs.enumerated().map { index, program in
            let folder = "\(storage.folder)/\(index)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            return try Receiver(program, folder: folder)
        }
        defer { for receiver in receivers { receiver.end() } }
        let probe = try Sender(port: receivers[0].port, object: workload.object)
        try probe.release()
        let message = Message(workload.object, maximumLength: probe.maximumLength)
        var sent = 0
        var results: [[Double]] = [[], []]
        // The first pair is not counted: it allocates the memory that the later ones use.
        for pass in 0...passes {
            for index in pass.isMultiple(of: 2) ? [0, 1] : [1, 0] {
                let processes = receivers[index].processes
                let before = processes.exactCPUSeconds
                let load = try Load(
                    workload, message, port: receivers[index].port, firstNumber: sent, seconds: Self.passSeconds)
                let seconds = processes.exactCPUSeconds - before
                sent += workload.objects
                if pass > 0 {
                    results[index].append(seconds / Double(load.latencies.count * message.count) * 1e9)
                }
                try storage.clear()
            }
        }
        return results
    }

    private func cells(_ results: [[Double]]) -> [String] {
        let ratios = zip(results[1], results[0]).map { $0 / $1 }
        let cheapest = results.compactMap { $0.min() }
        return results.map { text($0, "%.3f") } + [
            text(ratios, "×%.3f"), String(format: "×%.3f", cheapest[1] / cheapest[0]),
        ]
    }

    /// The median, and the range of the middle half.
    private func text(_ values: [Double], _ format: String) -> String {
        let sorted = values.sorted()
        let quarters = [sorted.count / 2, sorted.count / 4, sorted.count * 3 / 4].map {
            String(format: format, sorted[$0])
        }
        return "\(quarters[0]) (\(quarters[1])–\(quarters[2]))"
    }
}
