// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("Notification flow")
struct NotificationFlowTests {
    typealias Conditions = NotificationFlow.Conditions

    /// A state is the events that lead to it.
    enum State: CaseIterable, Sendable {
        case none
        case sending
        case sendingAnswered
        case awaitingAnswer
        case notAnswered
        case ended

        var flow: NotificationFlow {
            var flow = NotificationFlow()
            if self == .ended { flow.ended(.associationEnded) }
            guard ![.none, .ended].contains(self) else { return flow }
            _ = flow.checkBegin(Conditions(quiet: NotificationFlow.quietTime))
            if self == .sendingAnswered { _ = flow.answered() }
            if [.awaitingAnswer, .notAnswered].contains(self) { _ = flow.sent() }
            if self == .notAnswered { _ = flow.timedOut() }
            return flow
        }
    }

    @Test(
        "A request begins in an idle association that was quiet for a moment, and in no other state",
        arguments: [
            (State.none, NotificationFlow.BeginAction.begin), (.sending, .hold), (.sendingAnswered, .hold),
            (.awaitingAnswer, .hold), (.notAnswered, .hold), (.ended, .hold),
        ])
    func begin(_ state: State, _ expected: NotificationFlow.BeginAction) {
        var flow = state.flow
        #expect(flow.checkBegin(Conditions(quiet: .seconds(9))) == expected)
        #expect(flow.isSending == (expected == .begin || state == .sending || state == .sendingAnswered))
        var busy = state.flow
        #expect(busy.checkBegin(Conditions(isIdle: false, quiet: .seconds(9))) == .hold)
        var loud = state.flow
        #expect(
            loud.checkBegin(Conditions(quiet: .milliseconds(200)))
                == (state == .none ? .askAgain(in: .milliseconds(300)) : .hold))
    }

    @Test(
        "The end of the request, its answer, and their absence",
        arguments: [
            (
                State.none, NotificationFlow.SentAction.ignore, NotificationFlow.AnswerAction.ignore,
                NotificationFlow.TimeoutAction.ignore
            ),
            (.sending, .awaitAnswer, .ignore, .abort),
            (.sendingAnswered, .complete, .ignore, .abort),
            (.awaitingAnswer, .ignore, .complete, .fail),
            (.notAnswered, .ignore, .ignore, .ignore),
            (.ended, .ignore, .ignore, .ignore),
        ])
    func course(
        _ state: State, sent: NotificationFlow.SentAction, answered: NotificationFlow.AnswerAction,
        timedOut: NotificationFlow.TimeoutAction
    ) {
        var flow = state.flow
        #expect(flow.sent() == sent)
        flow = state.flow
        #expect(flow.answered() == answered)
        flow = state.flow
        #expect(flow.timedOut() == timedOut)
    }

    @Test("Responses wait while a request is being sent", arguments: State.allCases)
    func responses(_ state: State) {
        #expect(
            state.flow.responseIsDue() == ([.sending, .sendingAnswered].contains(state) ? .hold : .send))
    }

    @Test("After an end no request is possible; the first reason counts", arguments: State.allCases)
    func ended(_ state: State) {
        var flow = state.flow
        flow.ended(.shuttingDown)
        let first: NotificationFailure? =
            switch state {
            case .notAnswered: .notAnswered
            case .ended: .associationEnded
            default: .shuttingDown
            }
        #expect(flow.failure == first)
        #expect(flow.checkBegin(Conditions(quiet: .seconds(9))) == .hold)
        #expect(!flow.isSending)
        #expect(!flow.isAwaitingAnswer)
    }

    @Test("After an answer the next request can begin")
    func next() {
        var flow = State.awaitingAnswer.flow
        _ = flow.answered()
        #expect(flow.checkBegin(Conditions(quiet: .seconds(9))) == .begin)
        var early = State.sendingAnswered.flow
        _ = early.sent()
        #expect(early.checkBegin(Conditions(quiet: .seconds(9))) == .begin)
    }
}
