// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The cost of many studies: in addition to its instances, each study needs an open marker, a manifest and the removal
/// of the marker. The same load is sent as one study, as studies of ten instances and as studies of one instance.
struct ManyStudies {
    let program: Program
    /// The duration of each load.
    let seconds: Double
    let storage: Storage
    /// The latency of the store behind the receiver.
    let latencyMilliseconds: Double

    /// The receiver's default number of connections to the store for markers and manifests.
    private static let documentConnections = 16.0
    private static let requestsPerStudy = 3.0

    func run() throws {
        print(
            "\n| \(program.name) | objects/s | of one study | of the limit | in the slowest tenth | p99 ms | peak RSS MiB |"
                + "\n|---|---|---|---|---|---|---|")
        for associations in [8, 40] {
            var inOneStudy: Double?
            for objectsPerStudy in [nil, 10, 1] {
                let workload = Workload(
                    name: Self.name(associations, objectsPerStudy), object: .ct, objects: 100_000_000,
                    associations: associations, objectsPerStudy: objectsPerStudy)
                let rate = try measure(workload, besides: inOneStudy)
                if objectsPerStudy == nil { inOneStudy = rate }
            }
        }
    }

    private static func name(_ associations: Int, _ objectsPerStudy: Int?) -> String {
        "\(associations) associations, " + (objectsPerStudy.map { "\($0) a study" } ?? "one study")
    }

    /// Returns the objects a second.
    private func measure(_ workload: Workload, besides other: Double?) throws -> Double {
        try storage.renew()
        let receiver = try Receiver(program, folder: storage.folder)
        defer { receiver.end() }
        let probe = try Sender(port: receiver.port, object: workload.object)
        try probe.release()
        let message = Message(workload.object, maximumLength: probe.maximumLength)
        // In ten pieces, to see whether the rate stays the same.
        var rates: [Double] = []
        var latencies: [Double] = []
        for piece in 0..<10 {
            let load = try Load(
                workload, message, port: receiver.port, firstNumber: piece * 100_000_000, seconds: seconds / 10)
            rates.append(Double(load.latencies.count) / load.seconds)
            latencies += load.latencies
        }
        let rate = rates.reduce(0, +) / Double(rates.count)
        let numbers = [
            rate, other.map { rate / $0 }, rate / limit(workload), rates.min(),
            latencies.sorted()[latencies.count * 99 / 100],
            Double(receiver.processes.peakBytes) / 1_048_576,
        ]
        let cells = numbers.map { $0.map { String(format: "%.2f", $0) } ?? "" }
        print("| \(workload.name) | \(cells.joined(separator: " | ")) |")
        fflush(nil)
        return rate
    }

    /// An association waits for the store once for each object. A study needs three requests on the connections for
    /// documents.
    private func limit(_ workload: Workload) -> Double {
        let ofObjects = Double(min(workload.associations, 50)) / latencyMilliseconds * 1000
        guard let objectsPerStudy = workload.objectsPerStudy else { return ofObjects }
        let ofStudies = Self.documentConnections / Self.requestsPerStudy / latencyMilliseconds * 1000
        return min(ofObjects, ofStudies * Double(objectsPerStudy))
    }
}
