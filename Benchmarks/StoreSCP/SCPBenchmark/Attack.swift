// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization

/// What peer A does to the receiver during a measurement, on threads of its own.
struct Attack: Sendable {
    let name: String
    private let threads: Int
    /// Runs on each of the threads, until the attack ends.
    private let body: @Sendable (Run) -> Void

    /// The shared state of a running attack's threads.
    final class Run: Sendable {
        let port: Int
        private let isOver = Atomic(false)
        private let group = DispatchGroup()

        fileprivate init(_ attack: Attack, port: Int) {
            self.port = port
            for _ in 0..<attack.threads {
                group.enter()
                Thread.detachNewThread { [self] in
                    attack.body(self)
                    group.leave()
                }
            }
        }

        var goesOn: Bool { !isOver.load(ordering: .relaxed) }

        func end() {
            isOver.store(true, ordering: .relaxed)
            group.wait()
        }
    }

    func begin(port: Int) -> Run { Run(self, port: port) }

    static let all = [
        holding("headers that trickle", threads: 100, object: .ct, header(mebibytes: 2)),
        holding("parts that trickle", threads: 40, object: .ct, part),
        repeated("deflate bombs", threads: 4) { port in
            let peer = try AttackingPeer(port: port, associatingFor: .deflated)
            // Until the receiver ends the association.
            while peer.write(bomb), peer.read() {}
        },
        repeated("floods of elements", threads: 4) { port in
            let peer = try AttackingPeer(port: port, associatingFor: .ct)
            peer.write(flood)
            _ = peer.read()
        },
        standing("silent connections", connections: 1400, says: []),
        standing("unfinished requests", connections: 1290, says: unfinishedRequest),
        // The pause limits the rate to what a network transports, and not to what this machine's cores can do.
        repeated("associations without end", threads: 4, pauseMicroseconds: 5000) { port in
            _ = try AttackingPeer(port: port, associatingFor: .ct)
        },
        repeated("long requests", threads: 4, pauseMicroseconds: 20_000) { port in
            let peer = try AttackingPeer(port: port)
            peer.write(longRequest)
            _ = peer.read()
        },
    ]

    // MARK: Kinds

    /// Sends the beginning of a data set and then two bytes from time to time. Starts again when the receiver ends the
    /// association.
    private static func holding(_ name: String, threads: Int, object: StoredObject, _ bytes: [UInt8]) -> Attack {
        let beginning = AttackingPeer.command(for: object) + AttackingPeer.dataSet(bytes, isWhole: false)
        return Attack(name: name, threads: threads) { run in
            while run.goesOn {
                guard let peer = try? AttackingPeer(port: run.port, associatingFor: object) else { continue }
                peer.write(beginning)
                while run.goesOn, !peer.hasAnswer, peer.write(AttackingPeer.data([0, 0], control: 0)) {
                    usleep(100_000)
                }
            }
        }
    }

    private static func repeated(
        _ name: String, threads: Int, pauseMicroseconds: UInt32 = 0, _ once: @escaping @Sendable (Int) throws -> Void
    ) -> Attack {
        Attack(name: name, threads: threads) { run in
            while run.goesOn {
                try? once(run.port)
                usleep(pauseMicroseconds)
            }
        }
    }

    /// Connections that send these bytes and then nothing. Closed connections are replaced, a hundred a second.
    private static func standing(_ name: String, connections: Int, says bytes: [UInt8]) -> Attack {
        Attack(name: name, threads: 1) { run in
            var peers: [AttackingPeer] = []
            var isFirst = true
            while run.goesOn {
                peers.removeAll(where: \.hasAnswer)
                while run.goesOn, peers.count < connections, let peer = try? AttackingPeer(port: run.port) {
                    peer.write(bytes)
                    peers.append(peer)
                    if !isFirst { usleep(10_000) }
                }
                isFirst = false
                usleep(10_000)
            }
        }
    }

    // MARK: Bytes

    /// An element before the UIDs, of which the last bytes are not sent.
    private static func header(mebibytes: Int) -> [UInt8] {
        let length = mebibytes << 20 - 1024
        return [8, 0, 1, 0] + UInt32(length).littleEndianBytes + [UInt8](repeating: 0, count: length - (64 << 10))
    }

    /// Slightly less than the receiver uploads to S3 in one part.
    private static let part: [UInt8] = Array(
        StoredObject.multiFrame.dataSet(instanceUID: [UInt8](repeating: UInt8(ascii: "1"), count: Message.uidLength))
            .prefix(5 << 20 - 100 << 10))

    private static let bomb =
        AttackingPeer.command(for: .deflated)
        + AttackingPeer.dataSet(DeflateBomb(elements: 4_000_000).bytes, isWhole: true)

    private static let flood =
        AttackingPeer.command(for: .ct)
        + AttackingPeer.dataSet(
            (0..<(2 << 20) / 8).flatMap { _ in [9, 0, 0x10, 0, 0, 0, 0, 0] as [UInt8] }, isWhole: true)

    private static let unfinishedRequest =
        [1, 0] + UInt32(256 << 10).bigEndianBytes + [UInt8](repeating: 0, count: 255 << 10)

    /// 128 contexts of 60 transfer syntaxes each.
    private static let longRequest: [UInt8] = {
        let syntaxes = (0..<60).flatMap { AssociateRequest.item(0x40, Array("1.2.\($0)".utf8)) }
        let contexts = (0..<128).flatMap { number in
            AssociateRequest.item(
                0x20,
                [UInt8(number * 2 + 1), 0, 0, 0] + AssociateRequest.item(0x30, Array("1.2.3".utf8)) + syntaxes)
        }
        return AssociateRequest.pdu(contexts: contexts, information: AssociateRequest.item(0x51, [0, 0, 0x40, 0]))
    }()
}

extension StoredObject {
    /// Used for data sets that are not an image.
    fileprivate static let deflated = StoredObject(
        sopClassUID: ct.sopClassUID, transferSyntaxUID: "1.2.840.10008.1.2.1.99", body: .pixels(bytes: 0))
}
