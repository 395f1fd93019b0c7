import Foundation
import Synchronization

/// One workload against one receiver, once.
struct Measurement {
    let objectsPerSecond: Double
    let megabytesPerSecond: Double
    let medianMilliseconds: Double
    let p99Milliseconds: Double
    let cpuSecondsPerGigabyte: Double
    let peakMebibytes: Double

    init(_ workload: Workload, port: Int, of receiver: Receiver) throws {
        let latencies = Mutex<[Double]>([])
        let failure = Mutex<String?>(nil)
        let next = Mutex(0)
        let isDone = Mutex(false)
        let peak = Mutex(0)
        let sampler = Thread {
            while !isDone.withLock({ $0 }) {
                let now = receiver.residentBytes
                peak.withLock { $0 = max($0, now) }
                usleep(20_000)
            }
        }
        let maximumLength = try Self.maximumLength(port: port)
        let template = Message(objectBytes: workload.objectBytes, maximumLength: maximumLength)
        let cpuBefore = receiver.cpuSeconds
        sampler.start()
        let start = ContinuousClock.now
        let group = DispatchGroup()
        for _ in 0..<workload.associations {
            group.enter()
            Thread.detachNewThread {
                defer { group.leave() }
                do {
                    try Self.send(workload, template, port: port, next: next, latencies: latencies)
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
            }
        }
        group.wait()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        isDone.withLock { $0 = true }
        if let failure = failure.withLock({ $0 }) { throw BenchmarkError(failure) }
        let sorted = latencies.withLock { $0.sorted() }
        let bytes = Double(workload.objects * workload.objectBytes)
        objectsPerSecond = Double(workload.objects) / seconds
        megabytesPerSecond = bytes / seconds / 1e6
        medianMilliseconds = sorted[sorted.count / 2]
        p99Milliseconds = sorted[sorted.count * 99 / 100]
        cpuSecondsPerGigabyte = (receiver.cpuSeconds - cpuBefore) / bytes * 1e9
        peakMebibytes = Double(peak.withLock { $0 }) / 1_048_576
    }

    private static func maximumLength(port: Int) throws -> Int {
        let sender = try Sender(port: port)
        try sender.release()
        return sender.maximumLength
    }

    /// What one thread does: takes the next object until there is none.
    private static func send(
        _ workload: Workload, _ template: Message, port: Int, next: borrowing Mutex<Int>,
        latencies: borrowing Mutex<[Double]>
    ) throws {
        var message = template
        var times: [Double] = []
        var sender: Sender?
        var sent = 0
        while true {
            let number = next.withLock { next in
                next += 1
                return next
            }
            guard number <= workload.objects else { break }
            message.setInstance(number)
            let start = ContinuousClock.now
            let association = try sender ?? Sender(port: port)
            sender = association
            try association.store(message)
            sent += 1
            if sent == workload.objectsPerAssociation {
                try association.release()
                sender = nil
                sent = 0
            }
            times.append((ContinuousClock.now - start) / .milliseconds(1))
        }
        try sender?.release()
        latencies.withLock { $0 += times }
    }
}
