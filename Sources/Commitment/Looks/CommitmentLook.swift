// SPDX-License-Identifier: Apache-2.0

/// One look at the references of a transaction, in batches.
///
/// It begins where the last look found a reference that waits, because nearly always this one still waits: then a
/// single request is enough. If nothing waits up to the end, it goes on from the first reference: a result is only ever
/// made of findings of the same look.
struct CommitmentLook: Sendable {
    enum Outcome: Hashable, Sendable {
        /// The first reference that waits.
        case waiting(at: Int)
        /// The references that are not committed, by position.
        case decided([Int: FailureReason])
    }

    private let count: Int
    private let batchSize: Int
    private let start: Int
    /// The number of references that were looked at.
    private var seen = 0
    private var reasons: [Int: FailureReason] = [:]
    private var waitingAt: Int?

    init(count: Int, batchSize: Int, from cursor: Int) {
        self.count = count
        self.batchSize = batchSize
        start = (0..<count).contains(cursor) ? cursor : 0
    }

    /// The next references to look at; `nil` when the look has ended.
    var next: Range<Int>? {
        guard waitingAt == nil, seen < count else { return nil }
        let first = seen < count - start ? start + seen : seen - (count - start)
        let end = first < start ? start : count
        return first..<min(end, first + batchSize)
    }

    /// What is known of the references `next`.
    mutating func take(_ decisions: [CommitmentRules.Decision]) {
        guard let batch = next, decisions.count == batch.count else { return }
        for (position, decision) in zip(batch, decisions) {
            switch decision {
            case .success: break
            case .failure(let reason): reasons[position] = reason
            case .waits:
                waitingAt = position
                return
            }
        }
        seen += batch.count
    }

    /// When `next` is `nil`.
    var outcome: Outcome { waitingAt.map { .waiting(at: $0) } ?? .decided(reasons) }
}
