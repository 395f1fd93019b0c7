// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Testing

/// PS3.8 Table 9-10, the columns of an acceptor, in the notation of the standard.
@Suite("Association state machine")
struct AssociationStateMachineTests {
    typealias State = AssociationStateMachine.State
    typealias Action = AssociationStateMachine.Action

    /// The events of an acceptor.
    enum Event: Int, CaseIterable, Sendable {
        case associateAC = 3
        case associateRJ = 4
        case connectionOpened = 5
        case associateRQ = 6
        case accepted = 7
        case rejected = 8
        case dataRequested = 9
        case dataTF = 10
        case releaseRequested = 11
        case releaseRQ = 12
        case releaseRP = 13
        case releaseAnswered = 14
        case abortRequested = 15
        case abort = 16
        case connectionClosed = 17
        case timerExpired = 18
        case invalid = 19
    }

    static let columns: [State] = [.sta1, .sta2, .sta3, .sta6, .sta7, .sta8, .sta10, .sta12, .sta13]

    /// Action and next state; `-` where the table is empty.
    static let table: [Event: String] = [
        //                   Sta1   Sta2    Sta3    Sta6    Sta7    Sta8    Sta10   Sta12   Sta13
        .associateAC: "      -      AA-1/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .associateRJ: "      -      AA-1/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .connectionOpened: " AE-5/2 -       -       -       -       -       -       -       -      ",
        .associateRQ: "      -      AE-6/3  AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13",
        .accepted: "         -      -       AE-7/6  -       -       -       -       -       -      ",
        .rejected: "         -      -       AE-8/13 -       -       -       -       -       -      ",
        .dataRequested: "    -      -       -       DT-1/6  -       AR-7/8  -       -       -      ",
        .dataTF: "           -      AA-1/13 AA-8/13 DT-2/6  AR-6/7  AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .releaseRequested: " -      -       -       AR-1/7  -       -       -       -       -      ",
        .releaseRQ: "        -      AA-1/13 AA-8/13 AR-2/8  AR-8/10 AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .releaseRP: "        -      AA-1/13 AA-8/13 AA-8/13 AR-3/1  AA-8/13 AR-10/12 AA-8/13 AA-6/13",
        .releaseAnswered: "  -      -       -       -       -       AR-4/13 -       AR-4/13 -      ",
        .abortRequested: "   -      AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 -      ",
        .abort: "            -      AA-2/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-2/1 ",
        .connectionClosed: " -      AA-5/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AR-5/1 ",
        .timerExpired: "     -      AA-2/1  -       -       -       -       -       -       AA-2/1 ",
        .invalid: "          -      AA-1/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13",
    ]

    static let accept = AAssociateAC(
        answering: Samples.request, presentationContexts: [], userInformation: UserInformation())
    static let data = PDataTF(values: [Samples.value([1])])
    static let peerAbort = AAbort(source: 2, reason: 1)

    /// A machine brought into the state by the shortest path.
    static func machine(in state: State) -> AssociationStateMachine {
        let path: [Event] =
            switch state {
            case .sta1: []
            case .sta2: [.connectionOpened]
            case .sta3: [.connectionOpened, .associateRQ]
            case .sta6: [.connectionOpened, .associateRQ, .accepted]
            case .sta7: [.connectionOpened, .associateRQ, .accepted, .releaseRequested]
            case .sta8: [.connectionOpened, .associateRQ, .accepted, .releaseRQ]
            case .sta10: [.connectionOpened, .associateRQ, .accepted, .releaseRequested, .releaseRQ]
            case .sta12: [.connectionOpened, .associateRQ, .accepted, .releaseRequested, .releaseRQ, .releaseRP]
            case .sta13: [.connectionOpened, .associateRQ, .rejected]
            }
        var machine = AssociationStateMachine()
        for event in path { _ = apply(event, to: &machine) }
        return machine
    }

    static func apply(_ event: Event, to machine: inout AssociationStateMachine) -> Action {
        switch event {
        case .associateAC: machine.received(.associateAC(accept))
        case .associateRJ: machine.received(.associateRJ(.noReasonGiven))
        case .connectionOpened: machine.connectionOpened()
        case .associateRQ: machine.received(.associateRQ(Samples.request))
        case .accepted: machine.accepted(accept)
        case .rejected: machine.rejected(.noReasonGiven)
        case .dataRequested: machine.dataRequested(data)
        case .dataTF: machine.received(.dataTF(data))
        case .releaseRequested: machine.releaseRequested()
        case .releaseRQ: machine.received(.releaseRQ)
        case .releaseRP: machine.received(.releaseRP)
        case .releaseAnswered: machine.releaseAnswered()
        case .abortRequested: machine.abortRequested()
        case .abort: machine.received(.abort(peerAbort))
        case .connectionClosed: machine.connectionClosed()
        case .timerExpired: machine.timerExpired()
        case .invalid: machine.receivedInvalidPDU(.invalidPDUParameterValue)
        }
    }

    /// Our action for the standard's name of an action. The event determines the reason of AA-7 and AA-8.
    static func action(_ name: String, on event: Event) throws -> Action {
        let reason: AAbort.ProviderReason = event == .invalid ? .invalidPDUParameterValue : .unexpectedPDU
        let actions: [String: Action] = [
            "-": .ignore, "AE-5": .startTimer, "AE-6": .stopTimerAndDecide(Samples.request),
            "AE-7": .send(.associateAC(accept)), "AE-8": .sendAndStartTimer(.associateRJ(.noReasonGiven)),
            "DT-1": .send(.dataTF(data)), "DT-2": .deliver(data), "AR-1": .send(.releaseRQ), "AR-2": .indicateRelease,
            "AR-3": .confirmReleaseAndClose, "AR-4": .sendAndStartTimer(.releaseRP), "AR-5": .stopTimer,
            "AR-6": .deliver(data), "AR-7": .send(.dataTF(data)), "AR-8": .indicateRelease, "AR-10": .confirmRelease,
            "AA-1": .sendAndStartTimer(.abort(.serviceUser)), "AA-2": .stopTimerAndClose,
            "AA-3": .indicateAbortAndClose(peerAbort), "AA-4": .indicateConnectionLost, "AA-5": .stopTimer,
            "AA-6": .ignore, "AA-7": .send(.abort(AAbort(reason))), "AA-8": .abortAndStartTimer(AAbort(reason)),
        ]
        return try #require(actions[name])
    }

    @Test("Each cell of the table gives the action and the next state", arguments: State.allCases, Event.allCases)
    func cell(_ state: State, _ event: Event) throws {
        let row = try #require(Self.table[event]).split(separator: " ")
        let cell = row[try #require(Self.columns.firstIndex(of: state))].split(separator: "/")
        var machine = Self.machine(in: state)
        try #require(machine.state == state)
        #expect(Self.apply(event, to: &machine) == (try Self.action(String(cell[0]), on: event)))
        let next = cell.count > 1 ? "sta\(cell[1])" : "\(state)"
        #expect("\(machine.state)" == next)
    }

    @Test(
        "Only bit 0 of the protocol version is tested",
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
