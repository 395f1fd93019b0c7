// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The effect of peer A on peer B. B stores a CT image every five milliseconds, ten on each association: first alone,
/// then while A attacks. Times are counted from the moment at which an image was due, so that the wait for an earlier
/// image is included.
struct Neighbours {
    static let columns: [Column<Neighbours>] = [
        Column(title: "p99 ms alone") { $0.alone.p99 },
        Column(title: "p99 ms beside A") { $0.beside.p99 },
        Column(title: "ratio") { $0.beside.p99 / $0.alone.p99 },
        Column(title: "median ms alone") { $0.alone.median },
        Column(title: "median ms beside A") { $0.beside.median },
        Column(title: "greatest ms beside A") { $0.beside.greatest },
    ]

    private static let interval = Duration.milliseconds(5)
    private static let imagesOfAssociation = 10
    private static let images = 1000
    /// The time that A needs to open its connections.
    private static let secondsOfPreparation: UInt32 = 4

    private let alone: Latencies
    private let beside: Latencies

    private struct Latencies {
        let median: Double
        let p99: Double
        let greatest: Double

        init(_ milliseconds: [Double]) {
            let sorted = milliseconds.sorted()
            median = sorted[sorted.count / 2]
            p99 = sorted[sorted.count * 99 / 100]
            greatest = sorted[sorted.count - 1]
        }
    }

    private init(_ attack: Attack, on receiver: Receiver) throws {
        let probe = try Sender(port: receiver.port, object: .ct)
        try probe.release()
        let message = Message(.ct, maximumLength: probe.maximumLength)
        // The first images are not counted: the receiver allocates memory and opens connections for them.
        _ = try Self.store(message, port: receiver.port, from: 0)
        alone = Latencies(try Self.store(message, port: receiver.port, from: Self.images))
        let run = attack.begin(port: receiver.port)
        defer { run.end() }
        sleep(Self.secondsOfPreparation)
        beside = Latencies(try Self.store(message, port: receiver.port, from: 2 * Self.images))
    }

    /// Returns for each image the milliseconds from when it was due to its answer.
    private static func store(_ message: Message, port: Int, from first: Int) throws -> [Double] {
        var head = message.head
        var sender: Sender?
        let start = ContinuousClock.now
        return try (0..<images).map { number in
            let due = start + interval * number
            let pause = (due - ContinuousClock.now) / .microseconds(1)
            if pause > 0 { usleep(UInt32(pause)) }
            let current = try sender ?? Sender(port: port, object: .ct)
            sender = current
            head.set(instance: first + number, study: 0, messageID: 1)
            try current.send(head, message.tail)
            _ = try current.receiveSuccess()
            let milliseconds = (ContinuousClock.now - due) / .milliseconds(1)
            if number % imagesOfAssociation == imagesOfAssociation - 1 {
                try current.release()
                sender = nil
            }
            return milliseconds
        }
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
