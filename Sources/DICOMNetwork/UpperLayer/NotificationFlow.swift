// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// When an acceptor may send a request of its own to its peer: one at a time, and only while the association is idle.
///
/// A value without channels, clocks or promises, like `AssociationFlow`. PS3.7 §9.1 leaves the order of both sides'
/// messages open, but many peers expect nothing but the response while they wait for one.
struct NotificationFlow: Hashable, Sendable {
    /// What others know at the time of an event.
    struct Conditions: Hashable, Sendable {
        /// Data may be sent, no message is being received, and no operation is outstanding.
        var isIdle = true
        /// The time since the last fragment of the peer and our last response.
        var quiet = TimeAmount.zero
    }

    // MARK: Actions

    enum BeginAction: Hashable {
        case begin
        /// Ask again after this time, if nothing happens before.
        case askAgain(in: TimeAmount)
        /// Ask again when something has happened.
        case hold
    }

    enum ResponseAction: Hashable {
        case send
        /// A message of ours is being sent: its fragments must not be mixed with those of another one. PS3.8 §E.1.
        case hold
    }

    enum SentAction: Hashable {
        case awaitAnswer
        /// The answer came before the end of the request.
        case complete
        case ignore
    }

    enum AnswerAction: Hashable {
        case complete
        /// The rest of the request has to be sent first; or nobody waits for the answer any more.
        case ignore
    }

    enum TimeoutAction: Hashable {
        /// The peer does not answer: give the request up. The association goes on, but there is no further one on it.
        case fail
        /// The peer does not take the request, which cannot be ended in the middle.
        case abort
        case ignore
    }

    // MARK: State

    private enum State: Hashable {
        case none
        case sending(isAnswered: Bool)
        case awaitingAnswer
        /// No further request: the peer did not answer one, or the association is ending.
        case closed(NotificationFailure)
    }

    /// How long an association has to be quiet. A peer may still be at work on our last response; and a peer that has
    /// more to send begins its next message within milliseconds.
    static let quietTime = TimeAmount.milliseconds(500)

    private var state = State.none

    /// Why no further request is possible; `nil` if one is.
    var failure: NotificationFailure? {
        if case .closed(let failure) = state { failure } else { nil }
    }

    var isSending: Bool {
        if case .sending = state { true } else { false }
    }

    /// Whether the peer may have a message for us that we asked for.
    var isAwaitingAnswer: Bool { state == .awaitingAnswer }

    // MARK: Events

    /// Asked whenever a request waits and the association may have become idle.
    mutating func checkBegin(_ conditions: Conditions) -> BeginAction {
        guard state == .none, conditions.isIdle else { return .hold }
        guard conditions.quiet >= Self.quietTime else { return .askAgain(in: Self.quietTime - conditions.quiet) }
        state = .sending(isAnswered: false)
        return .begin
    }

    /// The last byte of the request is on its way.
    mutating func sent() -> SentAction {
        guard case .sending(let isAnswered) = state else { return .ignore }
        state = isAnswered ? .none : .awaitingAnswer
        return isAnswered ? .complete : .awaitAnswer
    }

    mutating func answered() -> AnswerAction {
        switch state {
        case .sending:
            state = .sending(isAnswered: true)
            return .ignore
        case .awaitingAnswer:
            state = .none
            return .complete
        case .none, .closed: return .ignore
        }
    }

    mutating func timedOut() -> TimeoutAction {
        switch state {
        case .sending: return .abort
        case .awaitingAnswer:
            state = .closed(.notAnswered)
            return .fail
        case .none, .closed: return .ignore
        }
    }

    /// Asked for each of our responses.
    func responseIsDue() -> ResponseAction { isSending ? .hold : .send }

    /// The association is ending. The first failure counts.
    mutating func ended(_ failure: NotificationFailure) {
        if self.failure == nil { state = .closed(failure) }
    }
}

/// Why a request of ours has no answer. The peer may have received it or not.
package enum NotificationFailure: Error, Hashable, Sendable {
    case associationEnded
    case shuttingDown
    case notAnswered
}

extension NotificationFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .associationEnded: "the association ended before the answer"
        case .shuttingDown: "the association is being ended: the receiver is shutting down"
        case .notAnswered: "the peer did not answer in time"
        }
    }
}
