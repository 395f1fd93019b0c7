// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The two titles between which a report is sent.
struct TitlePair: Hashable, Sendable {
    /// The peer's.
    let callingAETitle: String
    /// Ours.
    let calledAETitle: String
}

extension CommitmentTransaction {
    var titles: TitlePair { TitlePair(callingAETitle: name.callingAETitle, calledAETitle: calledAETitle) }
}

/// Which peers can be sent a report now. One report at a time goes to each peer: a peer that does not answer keeps one
/// worker and not all of them.
struct CommitmentPeers: Sendable {
    private struct Silence {
        var failures = 0
        var until: Date
    }

    private var busy: Set<TitlePair> = []
    private var waiting: [TitlePair: [CommitmentTransaction.Name]] = [:]
    /// Peers that could not be reached on an association of ours. It has no more entries than there are peers with an
    /// address.
    private var silent: [TitlePair: Silence] = [:]

    /// False if another report is on its way to this peer. `ended` must follow a true.
    mutating func begin(_ titles: TitlePair) -> Bool { busy.insert(titles).inserted }

    /// The transaction waits until the report that is on its way is done.
    mutating func wait(_ name: CommitmentTransaction.Name, for titles: TitlePair) {
        waiting[titles, default: []].append(name)
    }

    /// The next transaction that waited for it.
    mutating func ended(_ titles: TitlePair) -> CommitmentTransaction.Name? {
        busy.remove(titles)
        guard var names = waiting.removeValue(forKey: titles) else { return nil }
        let next = names.removeFirst()
        if !names.isEmpty { waiting[titles] = names }
        return next
    }

    /// Until when no association is opened to this peer; `nil`: it may be opened.
    func silence(of titles: TitlePair, at now: Date) -> Date? {
        silent[titles].flatMap { now < $0.until ? $0.until : nil }
    }

    mutating func notReached(_ titles: TitlePair, at now: Date, pace: CommitmentPace, fraction: Double) {
        let failures = silent[titles]?.failures ?? 0
        silent[titles] = Silence(
            failures: failures + 1,
            until: now.wholeSeconds(after: pace.delay(afterAttempt: failures, fraction: fraction)))
    }

    mutating func reached(_ titles: TitlePair) {
        silent[titles] = nil
    }
}
