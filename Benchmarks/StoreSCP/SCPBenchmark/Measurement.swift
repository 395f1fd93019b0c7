// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// One run of a workload against a receiver.
struct Measurement {
    let objectsPerSecond: Double
    let megabytesPerSecond: Double
    let medianMilliseconds: Double
    let p99Milliseconds: Double
    let cpuSecondsPerGigabyte: Double
    let peakMebibytes: Double

    struct Limits {
        /// A workload is repeated for at least this long in total, because the kernel counts CPU time in ticks.
        var seconds = 2.0
        /// After this time a pass sends no further objects.
        var passSeconds = 4.0
    }

    /// `reset` is called between passes; its time is not counted.
    init(_ workload: Workload, of receiver: Receiver, limits: Limits, reset: () throws -> Void) throws {
        let probe = try Sender(port: receiver.port, object: workload.object)
        try probe.release()
        let message = Message(workload.object, maximumLength: probe.maximumLength)
        let sampler = PeakSampler(receiver.processes)
        defer { sampler.stop() }
        var latencies: [Double] = []
        var seconds = 0.0
        var cpuSeconds = 0.0
        repeat {
            if !latencies.isEmpty { try reset() }
            let cpuBefore = receiver.processes.cpuSeconds
            let load = try Load(
                workload, message, port: receiver.port, firstNumber: latencies.count, seconds: limits.passSeconds)
            cpuSeconds += receiver.processes.cpuSeconds - cpuBefore
            seconds += load.seconds
            latencies += load.latencies
        } while seconds < limits.seconds
        let sorted = latencies.sorted()
        let bytes = Double(sorted.count * message.count)
        objectsPerSecond = Double(sorted.count) / seconds
        megabytesPerSecond = bytes / seconds / 1e6
        medianMilliseconds = sorted[sorted.count / 2]
        p99Milliseconds = sorted[sorted.count * 99 / 100]
        cpuSecondsPerGigabyte = cpuSeconds / bytes * 1e9
        peakMebibytes = Double(sampler.peakBytes) / 1_048_576
    }
}

/// Samples the processes' memory during the measurement, because the kernel's figures for a forked process disappear
/// when it ends.
private final class PeakSampler: Sendable {
    private let peak = Mutex(0)
    private let isStopped = Mutex(false)
    private let processes: MeasuredProcesses

    init(_ processes: MeasuredProcesses) {
        self.processes = processes
        Thread.detachNewThread { [self] in
            while !isStopped.withLock({ $0 }) {
                _ = peakBytes
                usleep(50_000)
            }
        }
    }

    /// The greatest value so far.
    var peakBytes: Int {
        let now = processes.peakBytes
        return peak.withLock { peak in
            peak = max(peak, now)
            return peak
        }
    }

    func stop() {
        isStopped.withLock { $0 = true }
    }
}
