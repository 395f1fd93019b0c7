// SPDX-License-Identifier: Apache-2.0

import Foundation

/// One receiver for a long time: small objects over many associations, and a large object from time to time. Prints the
/// receiver's memory every minute, and at the end its memory after the first minute, at the end and at its peak.
struct Soak {
    let program: Program
    let seconds: Double
    let storage: Storage

    private static let many = Suite.ct(5000, associations: 64)
    private static let passesBetweenLarge = 20

    func run() throws {
        try storage.renew()
        let receiver = try Receiver(program, folder: storage.folder)
        defer { receiver.end() }
        let probe = try Sender(port: receiver.port, object: .ct)
        try probe.release()
        let messages = [Self.many, Suite.multiFrame].map {
            ($0, Message($0.object, maximumLength: probe.maximumLength))
        }
        let start = ContinuousClock.now
        var readings: [Double] = []
        var sent = 0
        print("\n| \(program.name), minute | objects | RSS MiB |\n|---|---|---|")
        for pass in 1... {
            let (workload, message) = messages[pass % Self.passesBetweenLarge == 0 ? 1 : 0]
            sent += try Load(workload, message, port: receiver.port, firstNumber: sent, seconds: 60).latencies.count
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            let isOver = elapsed >= seconds
            guard isOver || elapsed >= Double(readings.count + 1) * 60 else { continue }
            readings.append(Double(receiver.processes.residentBytes) / 1_048_576)
            print("| \(String(format: "%.1f", elapsed / 60)) | \(sent) | \(Self.rounded(readings.last)) |")
            fflush(nil)
            if isOver { break }
        }
        let peak = Double(receiver.processes.peakBytes) / 1_048_576
        print(
            "\nRSS after the first minute \(Self.rounded(readings.first)) MiB, at the end \(Self.rounded(readings.last)) "
                + "MiB, at its peak \(Self.rounded(peak)) MiB.")
    }

    private static func rounded(_ number: Double?) -> String { String(format: "%.2f", number ?? 0) }
}
