// SPDX-License-Identifier: Apache-2.0

/// One program in one round.
struct Measurement {
    /// The median of the round's starts, from exec to the first `/next`.
    let coldStartMilliseconds: Double
    // Zero if the program was only started.
    private(set) var cpuMicroseconds = 0.0
    private(set) var perSecond = 0.0
    /// From the first byte of the event that is sent to the last byte of the answer that is received.
    private(set) var p50Microseconds = 0.0
    private(set) var p99Microseconds = 0.0
    private(set) var peakMebibytes = 0.0

    private static let warmUp = 500

    init(_ program: Program, event: [UInt8], starts: Int, invocations: Int) throws {
        coldStartMilliseconds = ResultTable.median(
            try (0..<starts).map { _ in
                let started = try RunningProgram(program, event: event)
                defer { started.process.end() }
                return started.coldStartMilliseconds
            })
        var running = try RunningProgram(program, event: event)
        defer { running.process.end() }
        peakMebibytes = try running.process.mebibytes("VmHWM")
        guard program.canBeInvoked else { return }

        for _ in 0..<Self.warmUp { _ = try running.invoke() }
        let cpuBefore = try running.process.cpuNanoseconds()
        let begun = nanoseconds()
        let latencies = try (0..<invocations).map { _ in try running.invoke() }.sorted()
        perSecond = Double(invocations) / (Double(nanoseconds() - begun) / 1e9)
        cpuMicroseconds = Double(try running.process.cpuNanoseconds() - cpuBefore) / 1e3 / Double(invocations)
        p50Microseconds = Double(latencies[invocations / 2]) / 1e3
        p99Microseconds = Double(latencies[invocations * 99 / 100]) / 1e3
        peakMebibytes = try running.process.mebibytes("VmHWM")
    }
}

/// A program that has called `/next` and waits for its event.
struct RunningProgram {
    let process: MeasuredProcess
    let coldStartMilliseconds: Double
    private let api: RuntimeAPIStub
    /// The connection on which `/next` waits.
    private var connection: Int

    init(_ program: Program, event: [UInt8]) throws {
        api = try RuntimeAPIStub(event: event)
        let begun = nanoseconds()
        process = try MeasuredProcess(program.command, environment: program.environment(api: api.address))
        do {
            connection = try api.nextCall(.next)
        } catch {
            process.end()
            throw BenchmarkError("\(program.name): \(error)")
        }
        coldStartMilliseconds = Double(nanoseconds() - begun) / 1e6
    }

    /// Hands out the event and returns the nanoseconds until its answer arrived. Waits until the program calls `/next`
    /// again.
    mutating func invoke() throws -> Int {
        let begun = nanoseconds()
        try api.handOut(to: connection)
        _ = try api.nextCall(.answer)
        let ended = nanoseconds()
        connection = try api.nextCall(.next)
        return ended - begun
    }
}
