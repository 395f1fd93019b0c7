// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import StorageSCP

@Suite("Opening pace")
struct OpeningPaceTests {
    /// One task, and the delivery that each sender opened last. Deliveries stay open.
    private struct Receiver {
        var pace = OpeningPace(seconds: 3, burst: 20)
        var openedAt: [String: Duration] = [:]
        var openings: [String: Int] = [:]

        /// Receives a study. Returns whether it opened a delivery.
        mutating func study(of title: String, at now: Duration) -> Bool {
            let opens = pace.opens(at: now, orJoinsOneOpenedAt: openedAt[title], senders: openedAt.count)
            if opens {
                openedAt[title] = now
                openings[title, default: 0] += 1
            }
            return opens
        }

        var count: Int { openings.values.reduce(0, +) }
    }

    @Test("Without pressure every study opens a delivery", arguments: [3, 10, 60])
    func withoutPressure(seconds: Int) {
        var receiver = Receiver()
        for number in 0..<1_000 {
            let opens = receiver.study(of: "CT1", at: .seconds(number * seconds))
            #expect(opens)
        }
    }

    @Test("After a burst, a study opens a delivery only when there is a token; the other studies join")
    func burst() {
        var receiver = Receiver()
        let first = (0..<25).map { receiver.study(of: "CT1", at: .milliseconds($0)) }
        #expect(first == Array(repeating: true, count: 20) + Array(repeating: false, count: 5))
        let later = [2_900, 3_000, 3_001, 5_999, 6_000].map { receiver.study(of: "CT1", at: .milliseconds($0)) }
        #expect(later == [false, true, false, false, true])
        // An empty bucket is full again after a minute.
        let again = (0..<21).map { receiver.study(of: "CT1", at: .seconds(66) + .milliseconds($0)) }
        #expect(again == Array(repeating: true, count: 20) + [false])
    }

    @Test("A sender without a delivery opens one at any time, and the next tokens pay the debt")
    func debt() {
        var receiver = Receiver()
        for _ in 0..<20 { _ = receiver.study(of: "CT1", at: .zero) }
        let opens = ["CT1", "CT2", "CT2", "CT3"].map { receiver.study(of: $0, at: .zero) }
        #expect(opens == [false, true, false, true])
        let later = [3, 6, 9].map { receiver.study(of: "CT1", at: .seconds($0)) }
        #expect(later == [false, false, true])
    }

    @Test("Many senders leave a debt of at most one bucket")
    func boundedDebt() {
        var receiver = Receiver()
        for number in 0..<5_000 {
            let opens = receiver.study(of: "CT\(number)", at: .zero)
            #expect(opens)
        }
        let opens = [59, 62, 63].map { receiver.study(of: "CT1", at: .seconds($0)) }
        #expect(opens == [false, false, true])
    }

    @Test("A sender whose tokens another one takes opens a delivery once a minute")
    func turns() {
        var receiver = Receiver()
        for tick in 0..<6_000 {
            _ = receiver.study(of: "FLOOD", at: .milliseconds(100 * tick))
            if tick % 200 == 100 { _ = receiver.study(of: "CT1", at: .milliseconds(100 * tick)) }
        }
        #expect((10...12).contains(receiver.openings["CT1"] ?? 0))
        #expect(receiver.count <= 20 + 600 / 3 + 2)
    }

    @Test(
        "Ten thousand studies that three tasks receive within ten minutes become at most a thousand import jobs",
        arguments: [1, 4, 20, 100])
    func target(senders: Int) {
        var tasks = Array(repeating: Receiver(), count: 3)
        for number in 0..<10_000 {
            _ = tasks[number % 3].study(of: "CT\(number / 3 % senders)", at: .milliseconds(60 * number))
        }
        let openings = tasks.reduce(0) { $0 + $1.count }
        #expect((600...1_000).contains(openings))
    }

    @Test(
        "A migration of 1.2 studies per second over three tasks opens one delivery per second"
    )
    func migration() {
        var tasks = Array(repeating: Receiver(), count: 3)
        for number in 0..<129_600 {
            _ = tasks[number % 3].study(of: "PACS", at: .nanoseconds(833_333_333 * number))
        }
        #expect(tasks.reduce(0) { $0 + $1.count } <= 108_000 + 3 * 20)
    }

    @Test("Without a pace every study opens a delivery")
    func unlimited() {
        var pace = OpeningPace.unlimited
        for _ in 0..<10_000 {
            let opens = pace.opens(at: .zero, orJoinsOneOpenedAt: .zero, senders: 1)
            #expect(opens)
        }
    }
}
