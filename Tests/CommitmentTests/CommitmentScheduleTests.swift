// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline
import Testing

@testable import Commitment

@Suite("What is due when, and to whom")
struct CommitmentScheduleTests {
    private static let now = SimulatedTime.beginning

    private static func entry(_ number: Int, from title: String = "CT1", due seconds: Double)
        -> CommitmentSchedule.Entry
    {
        CommitmentSchedule.Entry(
            transaction: CommitmentTransaction(
                .sample(number, from: title), document: DocumentDigest(of: []), by: TaskID(), at: now, after: .zero),
            dueAt: now + seconds)
    }

    /// The transaction UIDs of everything that is due.
    private static func due(_ schedule: inout CommitmentSchedule, at seconds: Double) -> [String] {
        var names: [String] = []
        while let entry = schedule.begin(at: now + seconds) {
            names.append(entry.transaction.name.transactionUID.value)
        }
        return names
    }

    private static func begins(_ schedule: inout CommitmentSchedule) -> Bool { schedule.begin(at: now) != nil }

    private static func next(_ schedule: inout CommitmentSchedule) -> Date? { schedule.nextDueAt() }

    @Test("Transactions come in the order in which they are due, each once, and not before")
    func order() {
        var schedule = CommitmentSchedule()
        for (number, seconds) in [(1, 30.0), (2, 10), (3, 20), (4, 40)] {
            schedule.add(Self.entry(number, due: seconds))
        }
        #expect(Self.next(&schedule) == Self.now + 10)
        #expect(Self.due(&schedule, at: 9) == [])
        #expect(Self.due(&schedule, at: 30) == ["1.3.2", "1.3.3", "1.3.1"])
        #expect(Self.due(&schedule, at: 30) == [])
        #expect(Self.next(&schedule) == Self.now + 40)
        #expect(schedule.count == 4)
    }

    @Test("A transaction that is being worked on is not begun again, whatever is said of it")
    func underWay() {
        var schedule = CommitmentSchedule()
        let entry = Self.entry(1, due: 0)
        schedule.add(entry)
        #expect(Self.begins(&schedule))
        schedule.add(entry)
        #expect(!Self.begins(&schedule))
        #expect(Self.next(&schedule) == nil)
        schedule.workEnded(on: entry.transaction.name, with: entry)
        #expect(Self.begins(&schedule))
        schedule.workEnded(on: entry.transaction.name, with: nil)
        #expect(schedule.count == 0)
        #expect(!Self.begins(&schedule))
    }

    @Test("Transactions are counted by title, each once")
    func counts() {
        var schedule = CommitmentSchedule()
        for number in 1...3 { schedule.add(Self.entry(number, due: 0)) }
        schedule.add(Self.entry(1, due: 5))
        schedule.add(Self.entry(4, from: "MR1", due: 0))
        #expect((schedule.count, schedule.count(of: "CT1"), schedule.count(of: "MR1")) == (4, 3, 1))
        schedule.workEnded(on: Self.entry(2, due: 0).transaction.name, with: nil)
        schedule.workEnded(on: Self.entry(2, due: 0).transaction.name, with: nil)
        #expect((schedule.count, schedule.count(of: "CT1"), schedule.count(of: "US1")) == (3, 2, 0))
    }

    @Test("Only reports that wait for a way to this peer are woken")
    func wake() {
        var schedule = CommitmentSchedule()
        let titles = TitlePair(callingAETitle: "CT1", calledAETitle: "STORESCP")
        for (number, title) in [(1, "CT1"), (2, "MR1"), (3, "CT1")] {
            var entry = Self.entry(number, from: title, due: 1_000)
            if number != 3 {
                entry.transaction.decided(DocumentDigest(of: []), at: Self.now, until: Self.now)
                entry.transaction.notReported(at: Self.now, pace: .reports, fraction: 1)
            }
            schedule.add(entry)
        }
        for _ in 0..<1_000 { schedule.wake(titles, at: Self.now) }
        #expect(Self.due(&schedule, at: 0) == ["1.3.1"])
    }

    @Test("One report at a time goes to a peer; the others follow in their order")
    func peers() {
        var peers = CommitmentPeers()
        let first = TitlePair(callingAETitle: "CT1", calledAETitle: "A")
        let second = TitlePair(callingAETitle: "CT1", calledAETitle: "B")
        let names = (1...3).map { Self.entry($0, due: 0).transaction.name }
        let began = [peers.begin(first), peers.begin(second)]
        #expect(began == [true, true])
        for name in names {
            let isFree = peers.begin(first)
            #expect(!isFree)
            peers.wait(name, for: first)
        }
        let ofSecond = peers.ended(second)
        #expect(ofSecond == nil)
        let order = (0..<4).map { _ in peers.ended(first) }
        #expect(order == names + [nil])
        let isFree = peers.begin(first)
        #expect(isFree)
    }

    @Test("A peer that cannot be reached is left alone, for longer each time, until it was reached")
    func silence() {
        var peers = CommitmentPeers()
        let titles = TitlePair(callingAETitle: "CT1", calledAETitle: "A")
        #expect(peers.silence(of: titles, at: Self.now) == nil)
        var now = Self.now
        var pauses: [Double] = []
        for _ in 0..<3 {
            peers.notReached(titles, at: now, pace: .reports, fraction: 1)
            let until = peers.silence(of: titles, at: now) ?? now
            pauses.append(until.timeIntervalSince(now))
            now = until
            #expect(peers.silence(of: titles, at: now) == nil)
        }
        #expect(pauses == [5, 10, 20])
        peers.reached(titles)
        peers.notReached(titles, at: now, pace: .reports, fraction: 1)
        #expect(peers.silence(of: titles, at: now) == now + 5)
    }
}
