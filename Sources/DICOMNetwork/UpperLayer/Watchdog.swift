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
    /// `nil` while the peer does not have to wait for us.
    private var waitBegan: NIODeadline?
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

    /// A request of ours was sent: outside a message, the peer's silence begins again.
    mutating func requestSent(at now: NIODeadline) {
        if messageBegan == nil { lastProgress = now }
    }

    /// Told whenever the peer may have begun or ceased to wait for us. Only the wait is taken off: silence before it
    /// still counts.
    mutating func noteWait(_ isWaiting: Bool, at now: NIODeadline) {
        if isWaiting {
            waitBegan = waitBegan ?? now
        } else if let began = waitBegan {
            waitBegan = nil
            lastProgress = lastProgress + (now - max(lastProgress, began))
            messageBegan = messageBegan.map { $0 + (now - max($0, began)) }
        }
    }

    /// Asks again after the shortest timeout at the latest, since a different timeout may apply by then.
    func check(at now: NIODeadline, isInsideMessage: Bool) -> Verdict {
        let shortest = min(timeouts.network, timeouts.dimse, timeouts.message)
        guard waitBegan == nil else { return .askAgain(in: shortest) }
        let network = reportIsAwaited ? max(timeouts.network, timeouts.report) : timeouts.network
        let remaining = (isInsideMessage ? timeouts.dimse : network) - (now - lastProgress)
        guard remaining > .zero else { return .expired(isInsideMessage ? .dimse : .network) }
        let ofMessage = messageBegan.map { timeouts.message - (now - $0) } ?? timeouts.message
        guard ofMessage > .zero else { return .expired(.message) }
        return .askAgain(in: min(remaining, ofMessage, shortest))
    }
}
