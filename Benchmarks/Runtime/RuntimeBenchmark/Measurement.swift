/// One program in one round.
struct Measurement {
    /// Of the round's starts the median, from exec to the first `/next`.
    let coldStartMilliseconds: Double
    // Zero where the program was only started.
    private(set) var cpuMicroseconds = 0.0
    private(set) var perSecond = 0.0
    /// From the event's first byte out to the answer's last byte in.
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
    /// Where `/next` waits.
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

    /// Hands out the event; the time until its answer has come, in nanoseconds. Returns when the program asks again.
    mutating func invoke() throws -> Int {
        let begun = nanoseconds()
        try api.handOut(to: connection)
        _ = try api.nextCall(.answer)
        let ended = nanoseconds()
        connection = try api.nextCall(.next)
        return ended - begun
    }
}
