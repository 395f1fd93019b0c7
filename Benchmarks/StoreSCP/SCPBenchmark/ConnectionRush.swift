// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// Peers that all connect at the same moment: the time of each one from `connect` to its A-ASSOCIATE-AC.
struct ConnectionRush {
    static let peers = 64
    static let timeoutSeconds = 10
    static let columns: [Column<ConnectionRush>] = [
        Column(title: "median ms") { $0.medianMilliseconds },
        Column(title: "greatest ms") { $0.greatestMilliseconds },
        Column(title: "not accepted in \(timeoutSeconds) s") { Double($0.unanswered) },
    ]

    let medianMilliseconds: Double
    let greatestMilliseconds: Double
    /// The number of peers whose association was not accepted in time. Their times are included in the other figures.
    let unanswered: Int

    init(port: Int) throws {
        let times = Mutex<[Double]>([])
        let unanswered = Mutex(0)
        let (ready, gate, answered, done) = (DispatchGroup(), DispatchGroup(), DispatchGroup(), DispatchGroup())
        gate.enter()
        for _ in 0..<Self.peers {
            for group in [ready, answered, done] { group.enter() }
            Thread.detachNewThread {
                defer { done.leave() }
                ready.leave()
                gate.wait()
                let start = ContinuousClock.now
                let sender = Result { try Sender(port: port, object: .ct, timeoutSeconds: Self.timeoutSeconds) }
                let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
                answered.leave()
                // The associations stay open until all peers have an answer, so that none makes room for another.
                answered.wait()
                if (try? sender.get().release()) == nil { unanswered.withLock { $0 += 1 } }
                times.withLock { $0.append(milliseconds) }
            }
        }
        ready.wait()
        gate.leave()
        done.wait()
        let sorted = times.withLock { $0.sorted() }
        medianMilliseconds = sorted[sorted.count / 2]
        greatestMilliseconds = sorted[sorted.count - 1]
        self.unanswered = unanswered.withLock { $0 }
    }

    static func compare(_ programs: [Program], rounds: Int, storage: Storage) {
        let title = "\(peers) connections at once"
        let results = interleaved(programs, rounds: rounds, title) { program in
            try storage.renew()
            let receiver = try Receiver(program, folder: storage.folder)
            defer { receiver.end() }
            return try ConnectionRush(port: receiver.port)
        }
        ResultTable(title: title, columns: columns, programs: programs.map(\.name), rounds: results).print()
    }
}
