// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import HeapModule

/// The open transactions that this task works on, in the order in which they are due.
struct CommitmentSchedule: Sendable {
    struct Entry: Sendable {
        var transaction: CommitmentTransaction
        /// When this task works on it. Later than the transaction says, if the store did not answer.
        var dueAt: Date
        /// Whether another task may be working on it.
        var mustClaim: Bool
        /// The peer has the report, and this is not stored yet.
        var isReported = false
        /// There was no way to send the report.
        var hasNoWay = false
        /// How many times in a row the store did not answer.
        var failures = 0
        var isUnderWay = false
        fileprivate var turn = 0

        init(transaction: CommitmentTransaction, dueAt: Date, mustClaim: Bool = false) {
            self.transaction = transaction
            self.dueAt = dueAt
            self.mustClaim = mustClaim
        }
    }

    private struct Turn: Comparable {
        let dueAt: Date
        let number: Int
        let name: CommitmentTransaction.Name

        static func == (lhs: Turn, rhs: Turn) -> Bool { lhs.number == rhs.number }
        static func < (lhs: Turn, rhs: Turn) -> Bool { (lhs.dueAt, lhs.number) < (rhs.dueAt, rhs.number) }
    }

    private var entries: [CommitmentTransaction.Name: Entry] = [:]
    private var counts: [String: Int] = [:]
    /// Also holds turns that are not those of their entries any more.
    private var turns = Heap<Turn>()
    private var lastTurn = 0

    var count: Int { entries.count }

    func count(of callingAETitle: String) -> Int { counts[callingAETitle] ?? 0 }

    subscript(_ name: CommitmentTransaction.Name) -> Entry? { entries[name] }

    var oldest: Date? { entries.values.lazy.map(\.transaction.openedAt).min() }

    /// Adds the transaction, or replaces what is known of it. One that is being worked on stays as it is.
    mutating func add(_ entry: Entry) {
        let name = entry.transaction.name
        guard entries[name]?.isUnderWay != true else { return }
        if entries[name] == nil { counts[name.callingAETitle, default: 0] += 1 }
        lastTurn += 1
        var entry = entry
        entry.isUnderWay = false
        entry.turn = lastTurn
        entries[name] = entry
        turns.insert(Turn(dueAt: entry.dueAt, number: lastTurn, name: name))
        removeOldTurns()
    }

    /// Work on this transaction has ended. `nil`: this task does not work on it any more.
    mutating func workEnded(on name: CommitmentTransaction.Name, with entry: Entry?) {
        entries[name]?.isUnderWay = false
        if let entry {
            add(entry)
        } else if entries.removeValue(forKey: name) != nil {
            counts[name.callingAETitle, default: 1] -= 1
            if counts[name.callingAETitle] == 0 { counts[name.callingAETitle] = nil }
        }
    }

    /// The first transaction that is due, which is under way from now on.
    mutating func begin(at now: Date) -> Entry? {
        while let turn = turns.min, turn.dueAt <= now {
            turns.removeMin()
            guard entries[turn.name]?.turn == turn.number else { continue }
            entries[turn.name]?.isUnderWay = true
            return entries[turn.name]
        }
        return nil
    }

    /// When the next one is due.
    mutating func nextDueAt() -> Date? {
        while let turn = turns.min {
            if let entry = entries[turn.name], entry.turn == turn.number, !entry.isUnderWay { return turn.dueAt }
            turns.removeMin()
        }
        return nil
    }

    /// Transactions whose reports wait for a way to this peer are due now.
    mutating func wake(_ titles: TitlePair, at now: Date) {
        for entry in entries.values where entry.transaction.isUnreported && entry.transaction.titles == titles {
            guard !entry.isUnderWay, entry.dueAt > now else { continue }
            var entry = entry
            entry.dueAt = now
            add(entry)
        }
    }

    /// A transaction that is woken again and again must not fill the memory with turns.
    private mutating func removeOldTurns() {
        guard turns.count > 2 * entries.count + 64 else { return }
        turns = Heap(turns.unordered.filter { entries[$0.name]?.turn == $0.number })
    }
}
