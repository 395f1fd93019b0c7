// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("Association flow")
struct AssociationFlowTests {
    typealias State = AssociationStateMachine.State
    typealias Conditions = AssociationFlow.Conditions
    typealias Remainder = AssociationFlow.Remainder

    /// The events that change whether an association waits.
    enum Event: Hashable, Sendable {
        case requestReceived
        case decisionMade
        case associationAccepted(maximumOperations: Int)
        case deliveryBegan(finishing: Int?)
        case deliveryEnded
        case receptionCancelled
        case operationFinishing
        case outcomeKnown
        case turnUsedUp
        case turnCame
        case drainRequested
        case inputEnded
        case answerSent
        case connectionClosed
    }

    static let drain = AssociationHandler.Drain(releaseGrace: .seconds(1), closeGrace: .seconds(2))
    static let inside = Conditions(isInsideMessage: true)
    static let between = Conditions()
    static let unwritable = Conditions(isWritable: false)

    static func flow(after events: [Event]) -> AssociationFlow {
        var flow = AssociationFlow()
        for event in events {
            switch event {
            case .requestReceived: _ = flow.requestReceived()
            case .decisionMade: flow.decisionMade()
            case .associationAccepted(let maximum): flow.associationAccepted(maximumOperations: maximum)
            case .deliveryBegan(let id): flow.deliveryBegan(finishing: id)
            case .deliveryEnded: _ = flow.deliveryEnded()
            case .receptionCancelled: flow.receptionCancelled()
            case .operationFinishing: flow.operationFinishing()
            case .outcomeKnown: flow.outcomeKnown()
            case .turnUsedUp: while flow.valueProcessed(endsCommand: true) == .goOn {}
            case .turnCame: flow.turnCame()
            case .drainRequested: _ = flow.drainRequested(drain)
            case .inputEnded: _ = flow.inputEnded(isInsideMessage: false, leaving: Remainder())
            case .answerSent: flow.answerSent()
            case .connectionClosed: flow.connectionClosed()
            }
        }
        return flow
    }

    // MARK: Waiting

    struct Waiting: Sendable {
        let events: [Event]
        let conditions: Conditions
        /// We read and process nothing.
        let isBlocked: Bool
        /// The peer's silence is our doing.
        let isWaiting: Bool

        init(_ events: [Event], _ conditions: Conditions, isBlocked: Bool, isWaiting: Bool) {
            self.events = events
            self.conditions = conditions
            self.isBlocked = isBlocked
            self.isWaiting = isWaiting
        }
    }

    @Test(
        "What blocks an association, and what excuses its peer's silence",
        arguments: [
            Waiting([], between, isBlocked: false, isWaiting: false),
            Waiting([], inside, isBlocked: false, isWaiting: false),
            Waiting([], unwritable, isBlocked: true, isWaiting: false),
            Waiting([.requestReceived], between, isBlocked: true, isWaiting: true),
            Waiting([.requestReceived, .decisionMade], between, isBlocked: false, isWaiting: false),
            Waiting([.deliveryBegan(finishing: nil)], inside, isBlocked: true, isWaiting: true),
            Waiting([.deliveryBegan(finishing: 1)], between, isBlocked: true, isWaiting: true),
            Waiting([.deliveryBegan(finishing: nil), .deliveryEnded], inside, isBlocked: false, isWaiting: false),
            Waiting([.deliveryBegan(finishing: nil), .receptionCancelled], inside, isBlocked: false, isWaiting: false),
            Waiting([.turnUsedUp], between, isBlocked: true, isWaiting: true),
            Waiting([.turnUsedUp, .turnCame], between, isBlocked: false, isWaiting: false),
            // One operation, as when nothing else was negotiated.
            Waiting([.operationFinishing], between, isBlocked: true, isWaiting: true),
            Waiting([.operationFinishing, .outcomeKnown], between, isBlocked: false, isWaiting: false),
            // Two operations.
            Waiting(
                [.associationAccepted(maximumOperations: 2), .operationFinishing], between, isBlocked: false,
                isWaiting: true),
            Waiting(
                [.associationAccepted(maximumOperations: 2), .operationFinishing], inside, isBlocked: false,
                isWaiting: false),
            Waiting(
                [.associationAccepted(maximumOperations: 2), .operationFinishing, .operationFinishing], inside,
                isBlocked: true, isWaiting: true),
            // While draining no further message begins before the last outcome is known.
            Waiting(
                [.associationAccepted(maximumOperations: 2), .operationFinishing, .drainRequested], between,
                isBlocked: true, isWaiting: true),
            Waiting(
                [.associationAccepted(maximumOperations: 2), .operationFinishing, .drainRequested], inside,
                isBlocked: false, isWaiting: false),
            Waiting([.drainRequested], between, isBlocked: false, isWaiting: false),
        ])
    func waiting(_ row: Waiting) {
        let flow = Self.flow(after: row.events)
        #expect(flow.isBlocked(row.conditions) == row.isBlocked)
        #expect(flow.isWaitingForApplication(isInsideMessage: row.conditions.isInsideMessage) == row.isWaiting)
    }

    @Test("A request is decided on unless the association drains", arguments: [false, true])
    func request(isDraining: Bool) {
        var flow = Self.flow(after: isDraining ? [.drainRequested] : [])
        #expect(flow.requestReceived() == (isDraining ? .rejectBecauseDraining : .decide))
        #expect(flow.isBlocked(Self.between) == !isDraining)
    }

    @Test(
        "The end of a delivery names its operation, and is ignored after the instance was given up",
        arguments: [
            ([.deliveryBegan(finishing: nil)], .resume(finishing: nil)),
            ([.deliveryBegan(finishing: 7)], .resume(finishing: 7)),
            ([.deliveryBegan(finishing: 7), .receptionCancelled], .ignore), ([], .ignore),
        ] as [([Event], AssociationFlow.DeliveryAction)])
    func delivery(_ events: [Event], _ action: AssociationFlow.DeliveryAction) {
        var flow = Self.flow(after: events)
        #expect(flow.deliveryEnded() == action)
        #expect(flow.deliveryEnded() == .ignore)
    }

    // MARK: Turns and reads

    @Test("A turn is 512 PDVs, of which the end of a command counts 16", arguments: [(false, 512), (true, 32)])
    func turn(endsCommand: Bool, count: Int) {
        var flow = AssociationFlow()
        #expect(flow.processingRequested() == .begin)
        #expect(flow.processingRequested() == .ignore, "it already runs")
        for _ in 1..<count { #expect(flow.valueProcessed(endsCommand: endsCommand) == .goOn) }
        #expect(flow.valueProcessed(endsCommand: endsCommand) == .yield)
        flow.processingEnded()
        flow.turnCame()
        #expect(flow.processingRequested() == .begin)
        #expect(flow.valueProcessed(endsCommand: endsCommand) == .goOn)
    }

    @Test("Work is counted again from zero when processing begins again")
    func workBeginsAgain() {
        var flow = AssociationFlow()
        for _ in 0..<2 {
            #expect(flow.processingRequested() == .begin)
            for _ in 1..<512 { #expect(flow.valueProcessed(endsCommand: false) == .goOn) }
            flow.processingEnded()
        }
    }

    @Test(
        "A whole A-ASSOCIATE-RQ above 16 KiB gets a turn of its own",
        arguments: [
            (16 << 10, true, .goOn), ((16 << 10) + 1, false, .goOn), ((16 << 10) + 1, true, .yield),
        ] as [(Int, Bool, AssociationFlow.TurnAction)])
    func longRequest(bytes: Int, isWhole: Bool, action: AssociationFlow.TurnAction) {
        var flow = AssociationFlow()
        #expect(flow.requestBuffered(bytes: bytes, isWhole: isWhole) == action)
        #expect(flow.isBlocked(Self.between) == (action == .yield))
        guard action == .yield else { return }
        flow.turnCame()
        #expect(flow.requestBuffered(bytes: bytes, isWhole: isWhole) == .goOn, "it has waited")
    }

    @Test("A read that comes while we are blocked is done once, when we no longer are")
    func reads() {
        var flow = Self.flow(after: [.requestReceived])
        #expect(flow.readRequested(Self.between) == .hold)
        #expect(flow.checkHeldRead(Self.between) == .hold)
        flow.decisionMade()
        #expect(flow.checkHeldRead(Self.unwritable) == .hold)
        #expect(flow.checkHeldRead(Self.between) == .read)
        #expect(flow.checkHeldRead(Self.between) == .hold, "no read is held")
        #expect(flow.readRequested(Self.between) == .read)
    }

    // MARK: The end

    struct Draining: Sendable {
        let state: State
        var events: [Event] = [.drainRequested]
        var receivedAnything = true
        var conditions = between
        let action: AssociationFlow.DrainAction
    }

    @Test(
        "Draining closes a connection that sent nothing, asks an idle association for release, and lets others finish",
        arguments: [
            Draining(state: .sta2, receivedAnything: false, action: .close),
            Draining(state: .sta2, action: .none),
            Draining(state: .sta2, events: [], receivedAnything: false, action: .none),
            Draining(state: .sta3, action: .none),
            Draining(state: .sta6, action: .askForRelease(drain)),
            Draining(state: .sta6, events: [], action: .none),
            Draining(state: .sta6, conditions: inside, action: .none),
            Draining(state: .sta6, conditions: unwritable, action: .none),
            Draining(state: .sta6, events: [.operationFinishing, .drainRequested], action: .none),
            Draining(
                state: .sta6, events: [.operationFinishing, .drainRequested, .outcomeKnown],
                action: .askForRelease(drain)),
            Draining(state: .sta8, action: .none), Draining(state: .sta13, action: .none),
        ])
    func drains(_ row: Draining) {
        var flow = Self.flow(after: row.events)
        let action = flow.checkDrain(in: row.state, receivedAnything: row.receivedAnything, row.conditions)
        #expect(action == row.action)
        #expect(flow.drain == (row.events.contains(.drainRequested) ? Self.drain : nil))
        guard case .askForRelease = action else { return }
        #expect(flow.checkDrain(in: row.state, receivedAnything: true, row.conditions) == .none, "asked once")
        #expect(flow.drainRequested(Self.drain) == .ignore, "it already drains")
    }

    static let abort = Remainder(isEmpty: false, hasAbort: true, hasEndOfDataSet: true)
    static let rest = Remainder(isEmpty: false)
    static let end = Remainder(isEmpty: false, hasEndOfDataSet: true)

    @Test(
        "When the peer ends its side, work goes on if its result can be of use",
        arguments: [
            ([], Remainder(), .process), ([], abort, .process),
            ([.requestReceived], Remainder(), .close), ([.requestReceived], rest, .process),
            ([.requestReceived], abort, .close),
            ([.deliveryBegan(finishing: nil)], rest, .close), ([.deliveryBegan(finishing: nil)], end, .process),
            ([.deliveryBegan(finishing: nil)], abort, .close),
            ([.deliveryBegan(finishing: 1)], Remainder(), .process), ([.deliveryBegan(finishing: 1)], abort, .close),
            ([.operationFinishing], Remainder(), .process), ([.operationFinishing], abort, .close),
            (
                [.associationAccepted(maximumOperations: 2), .operationFinishing, .deliveryBegan(finishing: nil)], rest,
                .process
            ),
            ([.turnUsedUp], rest, .process),
        ] as [([Event], Remainder, AssociationFlow.InputEndAction)])
    func inputEnd(_ events: [Event], _ remainder: Remainder, _ action: AssociationFlow.InputEndAction) {
        var flow = Self.flow(after: events)
        #expect(flow.inputEnded(isInsideMessage: false, leaving: remainder) == action)
        #expect(flow.inputHasEnded)
    }

    @Test(
        "After the peer ended its side, the connection is closed when everything is answered",
        arguments: [
            ([], between, .none), ([.answerSent], between, .none),
            ([.inputEnded], between, .close(.connectionLost)),
            ([.answerSent, .inputEnded], between, .close(.connectionLost)),
            ([.inputEnded, .answerSent], between, .close(.halfClosed)),
            ([.inputEnded], unwritable, .none),
            ([.operationFinishing, .inputEnded], between, .none),
            (
                [.associationAccepted(maximumOperations: 2), .operationFinishing, .inputEnded], between, .none
            ),
            ([.operationFinishing, .inputEnded, .outcomeKnown, .answerSent], between, .close(.halfClosed)),
            ([.inputEnded, .connectionClosed], between, .none),
        ] as [([Event], Conditions, AssociationFlow.CloseAction)])
    func closing(_ events: [Event], _ conditions: Conditions, _ action: AssociationFlow.CloseAction) {
        var flow = Self.flow(after: events)
        #expect(flow.checkInputEnd(conditions) == action)
        #expect(flow.checkInputEnd(conditions) == .none, "closed once")
        #expect(flow.isClosed == events.contains(.connectionClosed))
    }
}
