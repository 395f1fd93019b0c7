// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Commitment

@Suite("One look at the references of a transaction")
struct CommitmentLookTests {
    /// The batches of a look, and what it found.
    private static func look(
        count: Int, batchSize: Int = 100, from cursor: Int, waiting: Set<Int> = [], failed: Set<Int> = []
    ) -> (batches: [Range<Int>], outcome: CommitmentLook.Outcome) {
        var look = CommitmentLook(count: count, batchSize: batchSize, from: cursor)
        var batches: [Range<Int>] = []
        while let batch = look.next, batches.count < 1_000 {
            batches.append(batch)
            look.take(
                batch.map {
                    waiting.contains($0) ? .waits : failed.contains($0) ? .failure(.processingFailure) : .success
                })
        }
        return (batches, look.outcome)
    }

    @Test("Batches are full, and the look begins where the last one ended")
    func batches() {
        #expect(Self.look(count: 250, from: 0).batches == [0..<100, 100..<200, 200..<250])
        #expect(Self.look(count: 250, from: 120).batches == [120..<220, 220..<250, 0..<100, 100..<120])
        #expect(Self.look(count: 1_000, from: 0).batches.count == 10)
        #expect(Self.look(count: 3, from: 2).batches == [2..<3, 0..<2])
    }

    @Test("It ends at the first reference that waits")
    func waiting() {
        let first = Self.look(count: 1_000, from: 0, waiting: [350, 351, 900])
        #expect(first.batches.count == 4)
        #expect(first.outcome == .waiting(at: 350))
        let second = Self.look(count: 1_000, from: 350, waiting: [350, 900])
        #expect(second.batches == [350..<450])
        #expect(second.outcome == .waiting(at: 350))
    }

    @Test("A reference before the beginning may wait again: the instance was sent again")
    func waitingAgain() {
        let look = Self.look(count: 300, from: 200, waiting: [20])
        #expect(look.batches == [200..<300, 0..<100])
        #expect(look.outcome == .waiting(at: 20))
    }

    @Test("Every reference is looked at once, and every failure is found, wherever the look begins", arguments: 0..<7)
    func everything(cursor: Int) {
        for batchSize in 1...8 {
            let look = Self.look(count: 7, batchSize: batchSize, from: cursor, failed: [0, 3, 6])
            #expect(look.batches.flatMap { Array($0) }.sorted() == Array(0..<7))
            #expect(
                look.outcome
                    == .decided([0: .processingFailure, 3: .processingFailure, 6: .processingFailure]))
        }
    }

    @Test("A stored cursor beyond the references counts as the first one", arguments: [7, 100, -1])
    func beyond(cursor: Int) {
        #expect(Self.look(count: 7, from: cursor).batches == [0..<7])
    }

    typealias RuleCase = (finding: InstanceFinding, age: Int, decision: CommitmentRules.Decision)

    @Test(
        "When a finding is an answer",
        arguments: [
            (.committed, 0, .success),
            (.importedAgain, 86_399, .waits),
            (.importedAgain, 86_400, .success),
            (.ofAnotherClass, 0, .failure(.classInstanceConflict)),
            (.failed, 0, .failure(.processingFailure)),
            (.pending, 86_399, .waits),
            (.pending, 86_400, .failure(.processingFailure)),
            (.unknown, 4_499, .waits),
            (.unknown, 4_500, .failure(.noSuchObjectInstance)),
        ] as [RuleCase])
    func rule(_ it: RuleCase) {
        let rules = CommitmentRules(unknown: .seconds(4_500), deadline: .seconds(86_400))
        #expect(rules.decision(on: it.finding, age: .seconds(it.age)) == it.decision)
    }

    @Test("After the deadline nothing waits, even if unknown instances would")
    func deadline() {
        let rules = CommitmentRules(unknown: .seconds(4_500), deadline: .seconds(60))
        for finding in [InstanceFinding.pending, .unknown, .importedAgain] {
            #expect(rules.decision(on: finding, age: .seconds(60)) != .waits)
        }
    }
}
