import DICOMNetwork
import Testing

/// PS3.8 Table 9-10, the columns of an acceptor.
@Suite("Association state machine")
struct AssociationStateMachineTests {
    typealias State = AssociationStateMachine.State
    typealias Action = AssociationStateMachine.Action

    enum Event: Hashable, Sendable {
        case connectionOpened
        case received(PDU)
        case invalid
        case accepted
        case rejected
        case releaseAnswered
        case abortRequested
        case connectionClosed
        case timerExpired
    }

    struct Row: Sendable {
        let state: State
        let event: Event
        let action: Action
        let next: State
    }

    static let accept = AAssociateAC(
        answering: Samples.request, presentationContexts: [], userInformation: UserInformation())
    static let data = Samples.data(Samples.value([1]))
    static let peerAbort = PDU.abort(.serviceUser)
    static let userAbort = Action.sendAndStartTimer(.abort(.serviceUser))
    static let unexpected = Action.abortAndStartTimer(AAbort(.unexpectedPDU))
    static let invalid = Action.abortAndStartTimer(AAbort(.invalidPDUParameterValue))

    static func machine(in state: State) -> AssociationStateMachine {
        var machine = AssociationStateMachine()
        guard state != .sta1 else { return machine }
        _ = machine.connectionOpened()
        guard state != .sta2 else { return machine }
        _ = machine.received(.associateRQ(Samples.request))
        guard state != .sta3 else { return machine }
        _ = machine.accepted(accept)
        guard state != .sta6 else { return machine }
        _ = machine.received(.releaseRQ)
        guard state != .sta8 else { return machine }
        _ = machine.releaseAnswered()
        return machine
    }

    static let rows: [Row] = {
        var rows: [Row] = [
            Row(state: .sta1, event: .connectionOpened, action: .startTimer, next: .sta2),
            // Evt6
            Row(
                state: .sta2, event: .received(.associateRQ(Samples.request)),
                action: .stopTimerAndDecide(Samples.request), next: .sta3),
            Row(
                state: .sta13, event: .received(.associateRQ(Samples.request)),
                action: .send(.abort(AAbort(.unexpectedPDU))), next: .sta13),
            // Evt7 and Evt8
            Row(state: .sta3, event: .accepted, action: .send(.associateAC(accept)), next: .sta6),
            Row(
                state: .sta3, event: .rejected, action: .sendAndStartTimer(.associateRJ(.noReasonGiven)), next: .sta13),
            // Evt10, Evt12, Evt14
            Row(
                state: .sta6, event: .received(data), action: .deliver(PDataTF(values: [Samples.value([1])])),
                next: .sta6),
            Row(state: .sta6, event: .received(.releaseRQ), action: .indicateRelease, next: .sta8),
            Row(state: .sta8, event: .releaseAnswered, action: .sendAndStartTimer(.releaseRP), next: .sta13),
            // Evt19
            Row(state: .sta2, event: .invalid, action: userAbort, next: .sta13),
            Row(
                state: .sta13, event: .invalid, action: .send(.abort(AAbort(.invalidPDUParameterValue))), next: .sta13),
        ]
        for state in [State.sta3, .sta6, .sta8] {
            rows.append(
                Row(state: state, event: .received(.associateRQ(Samples.request)), action: unexpected, next: .sta13))
            rows.append(Row(state: state, event: .received(.associateAC(accept)), action: unexpected, next: .sta13))
            rows.append(
                Row(state: state, event: .received(.associateRJ(.noReasonGiven)), action: unexpected, next: .sta13))
            rows.append(Row(state: state, event: .received(.releaseRP), action: unexpected, next: .sta13))
            rows.append(Row(state: state, event: .invalid, action: invalid, next: .sta13))
            rows.append(Row(state: state, event: .abortRequested, action: userAbort, next: .sta13))
            rows.append(
                Row(
                    state: state, event: .received(peerAbort), action: .indicateAbortAndClose(.serviceUser), next: .sta1
                ))
            rows.append(Row(state: state, event: .connectionClosed, action: .indicateConnectionLost, next: .sta1))
            rows.append(Row(state: state, event: .timerExpired, action: .ignore, next: state))
        }
        for state in [State.sta3, .sta8] {
            rows.append(Row(state: state, event: .received(data), action: unexpected, next: .sta13))
            rows.append(Row(state: state, event: .received(.releaseRQ), action: unexpected, next: .sta13))
        }
        for pdu in [PDU.associateAC(accept), .associateRJ(.noReasonGiven), data, .releaseRQ, .releaseRP] {
            rows.append(Row(state: .sta2, event: .received(pdu), action: userAbort, next: .sta13))
            rows.append(Row(state: .sta13, event: .received(pdu), action: .ignore, next: .sta13))
        }
        for state in [State.sta2, .sta13] {
            rows.append(Row(state: state, event: .received(peerAbort), action: .stopTimerAndClose, next: .sta1))
            rows.append(Row(state: state, event: .connectionClosed, action: .stopTimer, next: .sta1))
            rows.append(Row(state: state, event: .timerExpired, action: .stopTimerAndClose, next: .sta1))
        }
        // Nothing that comes after the end does anything.
        let late: [Event] = [
            .received(data), .received(.associateRQ(Samples.request)), .invalid, .accepted, .rejected, .releaseAnswered,
            .abortRequested, .connectionClosed, .timerExpired,
        ]
        rows += late.map { Row(state: .sta1, event: $0, action: .ignore, next: .sta1) }
        return rows
    }()

    @Test("Does what the table says", arguments: rows)
    func table(_ row: Row) {
        var machine = Self.machine(in: row.state)
        #expect(machine.state == row.state)
        let action =
            switch row.event {
            case .connectionOpened: machine.connectionOpened()
            case .received(let pdu): machine.received(pdu)
            case .invalid: machine.receivedInvalidPDU(.invalidPDUParameterValue)
            case .accepted: machine.accepted(Self.accept)
            case .rejected: machine.rejected(.noReasonGiven)
            case .releaseAnswered: machine.releaseAnswered()
            case .abortRequested: machine.abortRequested()
            case .connectionClosed: machine.connectionClosed()
            case .timerExpired: machine.timerExpired()
            }
        #expect(action == row.action)
        #expect(machine.state == row.next)
    }

    @Test(
        "The protocol version is tested by its bit 0 alone",
        arguments: [(1, true), (0x8001, true), (3, true), (0, false), (2, false)] as [(UInt16, Bool)])
    func protocolVersion(_ version: UInt16, _ isSupported: Bool) {
        var request = Samples.request
        request.protocolVersion = version
        var machine = Self.machine(in: .sta2)
        let action = machine.received(.associateRQ(request))
        if isSupported {
            #expect(action == .stopTimerAndDecide(request))
        } else {
            #expect(action == .sendAndStartTimer(.associateRJ(.protocolVersionNotSupported)))
            #expect(machine.state == .sta13)
        }
    }
}
