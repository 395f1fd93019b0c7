// SPDX-License-Identifier: Apache-2.0

import AWS
import DICOM
import Foundation
import ImportPipeline
import Testing

@testable import Commitment

@Suite("The state of a request for storage commitment")
struct CommitmentTransactionTests {
    private static let digest = DocumentDigest(of: [1])
    private static let result = DocumentDigest(of: [2])
    private static let now = SimulatedTime.beginning
    private static let taken = CommitmentTransaction(
        .sample(), document: digest, by: TaskID(), at: now, after: .seconds(2))

    typealias Event = @Sendable (inout CommitmentTransaction) -> Void

    private static let decided: Event = { $0.decided(result, at: now + 60, until: now + 120) }

    static let events: [(name: String, events: [Event])] = [
        ("taken", []),
        ("claimed", [{ $0.claimed(by: TaskID(), until: now + 60) }]),
        ("looked at", [{ $0.looked(waitingAt: 2, at: now, pace: .looks, fraction: 1) }]),
        ("decided", [decided]),
        ("not reported", [decided, { $0.notReported(at: now, pace: .reports, fraction: 1) }]),
        ("reported", [decided, { $0.reported(at: now + 70) }]),
        ("given up", [{ $0.gaveUp(at: now + 70) }]),
        (
            "asked for again",
            [decided, { $0.reported(at: now + 70) }, { $0.askedAgain(by: TaskID(), at: now + 80, after: .seconds(1)) }]
        ),
        (
            "asked for again after it was given up",
            [{ $0.gaveUp(at: now) }, { $0.askedAgain(by: TaskID(), at: now + 80, after: .seconds(1)) }]
        ),
    ]

    private static func after(_ events: [Event]) -> CommitmentTransaction {
        var transaction = taken
        for event in events { event(&transaction) }
        return transaction
    }

    @Test("Every state is the same after it was an item", arguments: events.indices)
    func item(index: Int) throws {
        let transaction = Self.after(Self.events[index].events)
        #expect(CommitmentTransaction(item: transaction.item) == transaction)
    }

    @Test("Every event raises the fence by one", arguments: events.indices)
    func fence(index: Int) {
        #expect(Self.after(Self.events[index].events).fence == 1 + Self.events[index].events.count)
    }

    @Test(
        "An item is in the index of what is due while it is open, and expires when it has ended",
        arguments: events.indices)
    func indexes(index: Int) {
        let (name, events) = Self.events[index]
        let transaction = Self.after(events)
        let isOpen = !["reported", "given up"].contains(name)
        #expect(transaction.isOpen == isOpen)
        #expect((transaction.item["open"] == .text("1")) == isOpen)
        #expect((transaction.item["expiresAt"] == nil) == isOpen)
        #expect(transaction.item["unreported"]?.text == (name == "not reported" ? "CT1\\STORESCP" : nil))
    }

    @Test("An item without one of its attributes, or with another text in it, is not a transaction")
    func damaged() {
        let attributes = Self.after([Self.decided]).attributes
        for name in attributes.keys where !["open", "unreported"].contains(name) {
            #expect(CommitmentTransaction(attributes: attributes.filter { $0.key != name }) == nil, "without \(name)")
        }
        for name in ["transactionUID", "document", "result", "phase", "attempts", "fence", "task", "openedAt", "dueAt"]
        {
            #expect(
                CommitmentTransaction(attributes: attributes.merging([name: "x y"]) { $1 }) == nil, "\(name) is x y")
        }
        #expect(CommitmentTransaction(attributes: attributes.merging(["fence": "-1"]) { $1 }) == nil)
    }

    @Test("Looks that find nothing new are further and further apart, up to two minutes; progress brings them back")
    func looks() {
        var transaction = Self.taken
        var delays: [Int] = []
        for cursor in [0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1] {
            transaction.looked(waitingAt: cursor, at: Self.now, pace: .looks, fraction: 1)
            delays.append(Int(transaction.dueAt.timeIntervalSince(Self.now)))
        }
        #expect(delays == [4, 8, 16, 32, 64, 120, 120, 120, 120, 2, 4])
    }

    @Test("Reports that are not taken are further and further apart, from seconds up to an hour")
    func reports() {
        var transaction = Self.after([Self.decided])
        var delays: [Int] = []
        for _ in 0..<12 {
            transaction.notReported(at: Self.now, pace: .reports, fraction: 1)
            delays.append(Int(transaction.dueAt.timeIntervalSince(Self.now)))
        }
        #expect(delays == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600])
    }

    @Test("A random number makes a delay up to half as long")
    func jitter() {
        #expect(CommitmentPace.looks.delay(afterAttempt: 2, fraction: 0) == .seconds(4))
        #expect(CommitmentPace.looks.delay(afterAttempt: 2, fraction: 1) == .seconds(8))
        #expect(CommitmentPace.reports.delay(afterAttempt: .max, fraction: 1) == .seconds(3_600))
    }
}
