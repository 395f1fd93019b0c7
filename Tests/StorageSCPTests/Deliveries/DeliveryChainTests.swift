// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Testing

@testable import StorageSCP

@Suite("Delivery chain")
struct DeliveryChainTests {
    /// Deliveries are numbered in the order in which they were opened; instances are letters.
    private struct Sender {
        private(set) var chain: DeliveryChain
        private var positions: [DeliveryChain.Position] = []
        private var names: [Set<InstanceName>] = []

        init(maximumRepeats: Int = 16) {
            chain = DeliveryChain(maximumRepeats: maximumRepeats)
        }

        static func id(_ number: Int) -> DeliveryID {
            DeliveryID(openedAt: Date(timeIntervalSince1970: 0), randomness: UInt64(number), 0)
        }

        static func name(_ instance: Character) -> InstanceName {
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: String(instance))
        }

        /// Sends an instance. Returns its delivery, or `nil` when it was sent too often.
        mutating func send(_ instance: Character) -> Int? {
            let name = Self.name(instance)
            let delivery: Int
            switch chain.place(of: name) {
            case .joins(let id): delivery = (0..<positions.count).first { Self.id($0) == id } ?? -1
            case .opensAnother:
                delivery = positions.count
                positions.append(delivery)
                chain.joined(Self.id(delivery), at: delivery)
                names.append([])
            case .sentTooOften: return nil
            }
            #expect(names[delivery].insert(name).inserted, "a delivery tried an instance twice")
            _ = chain.tried(name, in: positions[delivery])
            return delivery
        }

        mutating func seal(_ delivery: Int) -> [Int] { numbers(of: chain.sealed(positions[delivery])) }

        /// Returns the deliveries that may close now.
        mutating func close(_ delivery: Int, isEmpty: Bool = false) -> [Int] {
            #expect(chain.mayClose(positions[delivery]))
            return numbers(of: chain.closed(positions[delivery], names: names[delivery], isEmpty: isEmpty))
        }

        func mayClose(_ delivery: Int) -> Bool { chain.mayClose(positions[delivery]) }

        func repeats(_ delivery: Int) -> Int? {
            chain.repeats(positions[delivery])?.position
        }

        private func numbers(of ids: [DeliveryID]) -> [Int] {
            ids.map { id in (0..<positions.count).first { Self.id($0) == id } ?? -1 }
        }
    }

    @Test(
        "An instance joins the oldest open delivery that has not tried it, or a new one",
        arguments: [
            ("abc", [0, 0, 0]), ("aa", [0, 1]), ("abab", [0, 0, 1, 1]), ("aaab", [0, 1, 2, 0]),
            // Copies of a study at the same time: as many deliveries as copies, however the copies are mixed.
            ("aabacbbcc", [0, 1, 0, 2, 0, 1, 2, 1, 2]), ("abcdabcdabcd", [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2]),
        ] as [(String, [Int])])
    func places(instances: String, expected: [Int]) {
        var sender = Sender()
        #expect(instances.map { sender.send($0) } == expected)
        for delivery in Set(expected) { #expect(sender.repeats(delivery) == (delivery == 0 ? nil : delivery - 1)) }
    }

    @Test("A sealed delivery takes no instances, and older deliveries are sealed with it")
    func sealed() {
        var sender = Sender()
        for instance in "abaab" { _ = sender.send(instance) }
        #expect(sender.seal(1) == [0])
        #expect(sender.send("c") == 2)
        #expect(sender.repeats(2) == 1)
        // A sealed delivery tried "b" last, and no open delivery has tried it.
        #expect(sender.send("b") == 2)
        #expect(sender.send("a") == 3)
        #expect(sender.seal(0).isEmpty)
        #expect(sender.seal(3) == [2])
    }

    @Test("A delivery repeats the latest delivery that tried one of its instances, also when a later instance shows it")
    func shownLater() {
        var sender = Sender()
        _ = sender.send("a")
        _ = sender.seal(0)
        _ = sender.send("b")
        _ = sender.seal(1)
        #expect(sender.send("c") == 2)
        #expect(sender.repeats(2) == nil)
        #expect(sender.send("b") == 2)
        #expect(sender.repeats(2) == 1)
        #expect(sender.send("a") == 2)
        #expect(sender.repeats(2) == 1)
    }

    @Test("A delivery closes after every delivery that tried one of its instances, not only after the latest")
    func order() {
        var sender = Sender()
        _ = sender.send("a")
        _ = sender.seal(0)
        _ = sender.send("b")
        _ = sender.seal(1)
        for instance in "ab" { #expect(sender.send(instance) == 2) }
        #expect(sender.repeats(2) == 1)
        #expect(!sender.mayClose(2) && sender.mayClose(0) && sender.mayClose(1))
        #expect(sender.close(1) == [])
        #expect(sender.close(0) == [2])
        #expect(sender.repeats(2) == 1)
        #expect(sender.close(2) == [])
        #expect(sender.chain.isEmpty)
    }

    @Test("The instances of a closed delivery are new again, except those that a later delivery tried")
    func closed() {
        var sender = Sender()
        for instance in "aba" { _ = sender.send(instance) }
        _ = sender.seal(0)
        #expect(sender.close(0) == [1])
        #expect(sender.send("b") == 1)
        #expect(sender.send("a") == 2)
        #expect(sender.repeats(2) == 1)
    }

    @Test("An empty delivery is not repeated: the later one repeats what the empty one repeated")
    func empty() {
        var sender = Sender()
        for instance in "aaa" { _ = sender.send(instance) }
        #expect(sender.close(0, isEmpty: true) == [1])
        #expect(sender.repeats(1) == nil)
        #expect(sender.repeats(2) == 1)
        #expect(sender.close(1, isEmpty: true) == [2])
        #expect(sender.repeats(2) == nil)
    }

    @Test("Beyond the limit of repeats an instance is refused until the first delivery has closed; others are accepted")
    func bound() {
        var sender = Sender(maximumRepeats: 2)
        #expect("aaaa".map { sender.send($0) } == [0, 1, 2, nil])
        #expect(sender.send("b") == 0)
        #expect(sender.send("a") == nil)
        _ = sender.seal(0)
        #expect(sender.send("a") == nil)
        _ = sender.close(0)
        #expect(sender.send("a") == 3)
        #expect(sender.send("a") == nil)
    }

    @Test("Deliveries without a common instance do not count as repeats: a large study has many, one after another")
    func largeStudy() {
        var sender = Sender(maximumRepeats: 1)
        for (index, instance) in "abcdefgh".enumerated() {
            #expect(sender.send(instance) == index)
            #expect(sender.seal(index).isEmpty)
            #expect(sender.mayClose(index))
        }
        #expect(sender.send("a") == 8)
        #expect(sender.send("a") == nil)
    }
}
