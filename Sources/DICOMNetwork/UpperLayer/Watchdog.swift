import NIOCore

/// Decides whether a peer has been silent for too long. It is asked from time to time, which costs less than a timer that
/// is set anew for each PDU.
struct Watchdog {
    enum Verdict: Hashable {
        case askAgain(in: TimeAmount)
        case expired(AssociationEnd.Timeout)
    }

    private let timeouts: AssociationTimeouts
    private var lastProgress: NIODeadline

    init(timeouts: AssociationTimeouts, now: NIODeadline) {
        self.timeouts = timeouts
        lastProgress = now
    }

    /// A PDU was whole, or what the peer had to wait for is over.
    mutating func progressed(at now: NIODeadline) {
        lastProgress = now
    }

    /// Never later than the shorter timeout, since the other one may come to count in between.
    func check(at now: NIODeadline, isInsideMessage: Bool, isWaitingForApplication: Bool) -> Verdict {
        let shorter = min(timeouts.network, timeouts.dimse)
        guard !isWaitingForApplication else { return .askAgain(in: shorter) }
        let remaining = (isInsideMessage ? timeouts.dimse : timeouts.network) - (now - lastProgress)
        guard remaining > .zero else { return .expired(isInsideMessage ? .dimse : .network) }
        return .askAgain(in: min(remaining, shorter))
    }
}
