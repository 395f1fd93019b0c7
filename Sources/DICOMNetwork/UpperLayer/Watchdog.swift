// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Decides whether a peer was silent, or busy with one message, for too long. It is asked from time to time, which
/// costs less than setting a timer again for each PDU.
struct Watchdog {
    enum Verdict: Hashable {
        case askAgain(in: TimeAmount)
        case expired(AssociationEnd.Timeout)
    }

    private let timeouts: AssociationTimeouts
    private var lastProgress: NIODeadline
    /// `nil` outside a message. Moved forward by the time in which the peer had to wait.
    private var messageBegan: NIODeadline?
    private var reportIsAwaited = false

    init(timeouts: AssociationTimeouts, now: NIODeadline) {
        self.timeouts = timeouts
        lastProgress = now
    }

    /// A PDV was completed.
    mutating func progressed(at now: NIODeadline, isInsideMessage: Bool) {
        lastProgress = now
        messageBegan = isInsideMessage ? messageBegan ?? now : nil
    }

    /// The peer waits for a report of ours, if it stays silent from now on.
    mutating func reportPromised() {
        reportIsAwaited = true
    }

    /// The peer no longer has to wait.
    mutating func resumed(at now: NIODeadline) {
        messageBegan = messageBegan.map { $0 + (now - lastProgress) }
        lastProgress = now
    }

    /// Asks again after the shortest timeout at the latest, since a different timeout may apply by then.
    func check(at now: NIODeadline, isInsideMessage: Bool, isWaitingForApplication: Bool) -> Verdict {
        let shortest = min(timeouts.network, timeouts.dimse, timeouts.message)
        guard !isWaitingForApplication else { return .askAgain(in: shortest) }
        let network = reportIsAwaited ? max(timeouts.network, timeouts.report) : timeouts.network
        let remaining = (isInsideMessage ? timeouts.dimse : network) - (now - lastProgress)
        guard remaining > .zero else { return .expired(isInsideMessage ? .dimse : .network) }
        let ofMessage = messageBegan.map { timeouts.message - (now - $0) } ?? timeouts.message
        guard ofMessage > .zero else { return .expired(.message) }
        return .askAgain(in: min(remaining, ofMessage, shortest))
    }
}
