// SPDX-License-Identifier: Apache-2.0

/// Tables of a suite's workloads, in which receivers are compared with the first one.
struct Comparison {
    let suite: Suite
    let programs: [Program]
    let rounds: Int
    let storage: Storage
    /// The names of the chosen workloads; `nil` for all.
    let workloads: [String]?
    /// The latency of the store behind the receivers, if that limits them.
    let latencyMilliseconds: Double?

    func run() -> [ResultTable<Measurement>] {
        let workloads = suite.workloads.filter { self.workloads?.contains($0.name) ?? true }
        // This first measurement is not counted. It brings the file system into the state of the later measurements.
        if let first = workloads.first { for program in programs { _ = try? measure(first, program) } }
        return workloads.map { workload in
            let table = measure(workload)
            table.print()
            return table
        }
    }

    private func measure(_ workload: Workload) -> ResultTable<Measurement> {
        let programs = programs.filter { !$0.storesIntoFolder || !workload.isTooLargeForFolder }
        let limit = latencyMilliseconds.map { Column.share(of: workload.limit(latencyMilliseconds: $0)) }
        return ResultTable(
            title: workload.name, columns: suite.columns + (limit.map { [$0] } ?? []), programs: programs.map(\.name),
            rounds: interleaved(programs, rounds: rounds, workload.name) { try measure(workload, $0) })
    }

    private func measure(_ workload: Workload, _ program: Program) throws -> Measurement {
        try storage.renew()
        let receiver = try Receiver(program, folder: storage.folder)
        defer { receiver.end() }
        if suite.warmsMemory { WarmMemory.prepare() }
        return try Measurement(workload, of: receiver, limits: suite.limits, reset: storage.clear)
    }
}
