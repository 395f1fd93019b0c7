import Foundation

/// What peer B feels of peer A: B stores CT images, ten on each association, alone and then while A attacks.
struct Neighbours {
    static let columns: [Column<Neighbours>] = [
        Column(title: "p99 ms alone") { $0.alone.p99 },
        Column(title: "p99 ms beside A") { $0.beside.p99 },
        Column(title: "ratio") { $0.beside.p99 / $0.alone.p99 },
        Column(title: "median ms alone") { $0.alone.median },
        Column(title: "median ms beside A") { $0.beside.median },
        Column(title: "greatest ms beside A") { $0.beside.greatest },
    ]

    private static let workload = Workload(
        name: "CT", object: .ct, objects: 100_000, associations: 1, objectsPerAssociation: 10)
    private static let seconds = 4.0
    /// Until A has opened what it opens.
    private static let secondsOfPreparation: UInt32 = 4

    private let alone: Latencies
    private let beside: Latencies

    private struct Latencies {
        let median: Double
        let p99: Double
        let greatest: Double

        init(_ load: Load) {
            let sorted = load.latencies.sorted()
            median = sorted[sorted.count / 2]
            p99 = sorted[sorted.count * 99 / 100]
            greatest = sorted[sorted.count - 1]
        }
    }

    private init(_ attack: Attack, on receiver: Receiver) throws {
        let probe = try Sender(port: receiver.port, object: .ct)
        try probe.release()
        let message = Message(.ct, maximumLength: probe.maximumLength)
        func store(from number: Int) throws -> Load {
            try Load(Self.workload, message, port: receiver.port, firstNumber: number, seconds: Self.seconds)
        }
        let first = try store(from: 0)
        alone = Latencies(first)
        let run = attack.begin(port: receiver.port)
        defer { run.end() }
        sleep(Self.secondsOfPreparation)
        beside = Latencies(try store(from: first.latencies.count))
    }

    static func compare(_ programs: [Program], rounds: Int, storage: Storage, attacks: [String]?) {
        for attack in Attack.all where attacks?.contains(attack.name) ?? true {
            let results = interleaved(programs, rounds: rounds, attack.name) { program in
                try storage.renew()
                let receiver = try Receiver(program, folder: storage.folder)
                defer { receiver.end() }
                return try Neighbours(attack, on: receiver)
            }
            ResultTable(title: attack.name, columns: columns, programs: programs.map(\.name), rounds: results).print()
        }
    }
}
