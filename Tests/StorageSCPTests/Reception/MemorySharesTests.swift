// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import StorageSCP

/// Peers are written as `address/title`, holders as `address/title number`.
@Suite("Memory shares")
struct MemorySharesTests {
    private final class Holder {}

    private static func peer(_ name: String) -> MemoryShares.Peer {
        let parts = name.split(separator: "/")
        return MemoryShares.Peer(address: String(parts[0]), callingAETitle: String(parts[1]))
    }

    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private static let patience = TimeAmount.seconds(5)

    /// A budget and its holders.
    private final class Table {
        var shares: MemoryShares
        private var holders: [String: Holder] = [:]

        init(bytes: Int) {
            shares = MemoryShares(bytes: bytes, patience: patience)
        }

        func id(_ name: String) -> ObjectIdentifier {
            let holder = holders[name] ?? Holder()
            holders[name] = holder
            return ObjectIdentifier(holder)
        }

        func name(_ id: ObjectIdentifier) -> String { holders.first { ObjectIdentifier($0.value) == id }?.key ?? "" }

        /// A holder is named after its peer and a number: `a/CT1 1`.
        @discardableResult
        func take(_ bytes: Int, _ name: String, at now: NIODeadline = start) -> Bool {
            let peer = MemorySharesTests.peer(String(name.prefix { $0 != " " }))
            return shares.take(bytes, for: id(name), of: peer, at: now)
        }

        func giveBack(_ bytes: Int, _ name: String) -> [String] {
            shares.giveBack(bytes, of: id(name)).map { self.name($0.holder) }
        }

        /// Takes single bytes with new holders until one has to wait. Returns how many were granted.
        func fill(_ name: String) -> Int {
            var count = 0
            while take(1, name + " \(count)") { count += 1 }
            return count
        }

        func review(_ seconds: Int64, _ received: [String: Int], waitingForUs: Set<String> = []) -> [String] {
            let progress = Dictionary(
                uniqueKeysWithValues: received.map { name, bytes in
                    (id(name), MemoryShares.Progress(received: bytes, isAwaited: !waitingForUs.contains(name)))
                })
            return shares.review(at: start + .seconds(seconds)) { progress[$0] }.map(name)
        }
    }

    @Test(
        "Peers that arrive later get their part, and some memory stays free for the next one",
        arguments: [
            // What each peer gets when they arrive in this order.
            (["a/CT1"], [877]),
            (["a/CT1", "b/CT1"], [877, 108]),
            (["a/CT1", "a/CT2"], [877, 12]),
        ])
    func bounds(_ peers: [String], expected: [Int]) {
        let table = Table(bytes: 1000)
        // One byte more each, because one holder may exceed the limit.
        for (peer, count) in zip(peers, expected) {
            let taken = table.fill(peer)
            #expect(abs(taken - count) <= 2, "\(peer) took \(taken)")
        }
        #expect(table.shares.available > 0)
    }

    @Test("However many titles an address uses, other addresses find room")
    func titles() {
        let table = Table(bytes: 1000)
        for number in 0..<200 { _ = table.fill("a/T\(number)") }
        #expect(table.shares.available >= 1000 / 9 - 20)
        #expect(table.take(50, "b/CT1 1"))
    }

    @Test("A peer that holds less is served before one that holds more, although it waited less")
    func order() {
        let table = Table(bytes: 100)
        table.take(80, "a/CT1 1")
        table.take(10, "b/CT1 1")
        #expect(table.take(10, "a/CT1 2"))
        // This holder exceeds the budget, as one may.
        #expect(table.take(10, "a/CT1 2"))
        #expect(!table.take(10, "a/CT1 3"))
        #expect(!table.take(10, "b/CT1 2"))
        // The second waiter is now the holder that exceeds the budget.
        #expect(table.giveBack(20, "a/CT1 2") == ["b/CT1 2", "a/CT1 3"])
    }

    @Test("A waiter does not overtake another one of the same peer")
    func sameTurn() {
        let table = Table(bytes: 100)
        table.take(100, "a/CT1 1")
        table.take(50, "a/CT1 2")
        #expect(!table.take(60, "a/CT1 3"))
        #expect(!table.take(1, "a/CT1 4"))
        #expect(table.giveBack(100, "a/CT1 1") == [])
        #expect(table.giveBack(50, "a/CT1 2") == ["a/CT1 3", "a/CT1 4"])
    }

    @Test(
        "One holder of an address may exceed its limit while memory is left, and the next one when that holder is done")
    func exceeding() {
        let table = Table(bytes: 1000)
        let taken = table.fill("a/CT1")
        // The last holder that was granted memory exceeds the limit, and may continue.
        #expect(table.take(50, "a/CT1 \(taken - 1)"))
        #expect(table.giveBack(51, "a/CT1 \(taken - 1)") == ["a/CT1 \(taken)"])
    }

    @Test("The holder whose sender made the least progress is ended, but only after another has waited long enough")
    func leastProgress() {
        let table = Table(bytes: 100)
        table.take(60, "a/SLOW 1")
        table.take(35, "b/FAST 1")
        table.take(30, "a/SLOW 2")
        #expect(!table.take(20, "c/CT1 1"))
        #expect(table.review(1, ["a/SLOW 1": 60, "b/FAST 1": 35, "a/SLOW 2": 30]) == [])
        #expect(table.review(4, ["a/SLOW 1": 62, "b/FAST 1": 1000, "a/SLOW 2": 31]) == [])
        #expect(table.review(5, ["a/SLOW 1": 63, "b/FAST 1": 2000, "a/SLOW 2": 33]) == ["a/SLOW 1"])
        #expect(table.giveBack(60, "a/SLOW 1") == ["c/CT1 1"])
    }

    @Test("Among holders with equal progress, those that hold most are ended, as many as are needed")
    func asManyAsNeeded() {
        let table = Table(bytes: 100)
        for number in 1...4 { table.take(10 * number, "a/SLOW \(number)") }
        table.take(10, "b/CT1 1")
        #expect(!table.take(50, "b/CT1 2"))
        let received = ["a/SLOW 1": 1, "a/SLOW 2": 1, "a/SLOW 3": 1, "a/SLOW 4": 1, "b/CT1 1": 9]
        #expect(table.review(4, received) == [])
        #expect(table.review(5, received.merging(["b/CT1 1": 10]) { $1 }) == ["a/SLOW 4", "a/SLOW 3"])
    }

    @Test("In each review, one waiter of each address is helped")
    func oneAtATime() {
        let table = Table(bytes: 100)
        for number in 1...4 { table.take(25, "a/SLOW \(number)") }
        table.take(5, "d/CT1 1")
        for waiting in ["b/CT1 2", "b/CT1 3", "c/CT1 4"] { #expect(!table.take(25, waiting)) }
        let received = Dictionary(uniqueKeysWithValues: (1...4).map { ("a/SLOW \($0)", 1) })
        #expect(table.review(4, received) == [])
        #expect(table.review(5, received).count == 2)
    }

    @Test("A holder whose sender waits for us is not ended, and neither is one that has just begun")
    func notAtFault() {
        let table = Table(bytes: 100)
        table.take(60, "a/STORE 1")
        table.take(40, "a/FULL 1")
        table.take(10, "a/FULL 1")
        #expect(!table.take(10, "b/CT1 1"))
        let received = ["a/STORE 1": 1, "a/FULL 1": 1]
        #expect(table.review(4, received, waitingForUs: ["a/STORE 1", "a/FULL 1"]) == [])
        #expect(table.review(5, received, waitingForUs: ["a/STORE 1", "a/FULL 1"]) == [])
        #expect(table.giveBack(10, "a/FULL 1") == [])
        table.take(5, "a/NEW 1")
        let later = ["a/STORE 1": 1, "a/FULL 1": 9, "a/NEW 1": 0]
        #expect(table.review(6, later, waitingForUs: ["a/STORE 1"]) == ["a/FULL 1"])
    }

    @Test("A waiter that has reached the limit of its address is helped only by holders of that address")
    func ownBound() {
        let table = Table(bytes: 1000)
        table.take(50, "b/SLOW 1")
        let taken = table.fill("a/CT1")
        var received = Dictionary(uniqueKeysWithValues: (0..<taken).map { ("a/CT1 \($0)", 1) })
        received["b/SLOW 1"] = 1
        #expect(table.review(4, received) == [])
        let ended = table.review(5, received)
        #expect(ended.count == 1)
        #expect(ended.first?.hasPrefix("a/CT1") == true)
    }
}
