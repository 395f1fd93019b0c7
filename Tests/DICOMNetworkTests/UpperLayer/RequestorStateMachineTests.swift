// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Testing

/// PS3.8 Table 9-10, the columns of a requestor, in the notation of the standard.
@Suite("Requestor state machine")
struct RequestorStateMachineTests {
    typealias State = RequestorStateMachine.State
    typealias Action = RequestorStateMachine.Action

    /// The events of a requestor.
    enum Event: Int, CaseIterable, Sendable {
        case associationRequested = 1
        case connectionConfirmed = 2
        case associateAC = 3
        case associateRJ = 4
        case associateRQ = 6
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

    static let columns: [State] = [.sta1, .sta4, .sta5, .sta6, .sta7, .sta8, .sta9, .sta11, .sta13]

    /// Action and next state; `-` where the table is empty.
    static let table: [Event: String] = [
        //                       Sta1   Sta4   Sta5    Sta6    Sta7    Sta8    Sta9    Sta11   Sta13
        .associationRequested: " AE-1/4 -      -       -       -       -       -       -       -      ",
        .connectionConfirmed: "  -      AE-2/5 -       -       -       -       -       -       -      ",
        .associateAC: "          -      -      AE-3/6  AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .associateRJ: "          -      -      AE-4/1  AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .associateRQ: "          -      -      AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13",
        .dataRequested: "        -      -      -       DT-1/6  -       AR-7/8  -       -       -      ",
        .dataTF: "               -      -      AA-8/13 DT-2/6  AR-6/7  AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .releaseRequested: "     -      -      -       AR-1/7  -       -       -       -       -      ",
        .releaseRQ: "            -      -      AA-8/13 AR-2/8  AR-8/9  AA-8/13 AA-8/13 AA-8/13 AA-6/13",
        .releaseRP: "            -      -      AA-8/13 AA-8/13 AR-3/1  AA-8/13 AA-8/13 AR-3/1  AA-6/13",
        .releaseAnswered: "      -      -      -       -       -       AR-4/13 AR-9/11 -       -      ",
        .abortRequested: "       -      AA-2/1 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 AA-1/13 -      ",
        .abort: "                -      -      AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-3/1  AA-2/1 ",
        .connectionClosed: "     -      AA-4/1 AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AA-4/1  AR-5/1 ",
        .timerExpired: "         -      -      -       -       -       -       -       -       AA-2/1 ",
        .invalid: "              -      -      AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-8/13 AA-7/13",
    ]

    static let accept = AAssociateAC(
        answering: Samples.request, presentationContexts: [], userInformation: UserInformation())
    static let data = PDataTF(values: [Samples.value([1])])
    static let peerAbort = AAbort(source: 2, reason: 1)

    /// A machine brought into the state by the shortest path.
    static func machine(in state: State) -> RequestorStateMachine {
        let toData: [Event] = [.associationRequested, .connectionConfirmed, .associateAC]
        let path: [Event] =
            switch state {
            case .sta1: []
            case .sta4: [.associationRequested]
            case .sta5: [.associationRequested, .connectionConfirmed]
            case .sta6: toData
            case .sta7: toData + [.releaseRequested]
            case .sta8: toData + [.releaseRQ]
            case .sta9: toData + [.releaseRequested, .releaseRQ]
            case .sta11: toData + [.releaseRequested, .releaseRQ, .releaseAnswered]
            case .sta13: toData + [.abortRequested]
            }
        var machine = RequestorStateMachine()
        for event in path { _ = apply(event, to: &machine) }
        return machine
    }

    static func apply(_ event: Event, to machine: inout RequestorStateMachine) -> Action {
        switch event {
        case .associationRequested: machine.associationRequested()
        case .connectionConfirmed: machine.connectionConfirmed(sending: Samples.request)
        case .associateAC: machine.received(.associateAC(accept))
        case .associateRJ: machine.received(.associateRJ(.noReasonGiven))
        case .associateRQ: machine.received(.associateRQ(Samples.request))
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
            "-": .ignore, "AE-1": .connect, "AE-2": .send(.associateRQ(Samples.request)),
            "AE-3": .confirmAssociation(accept), "AE-4": .confirmRejectionAndClose(.noReasonGiven),
            "DT-1": .send(.dataTF(data)), "DT-2": .deliver(data), "AR-1": .send(.releaseRQ), "AR-2": .indicateRelease,
            "AR-3": .confirmReleaseAndClose, "AR-4": .sendAndStartTimer(.releaseRP), "AR-5": .stopTimer,
            "AR-6": .deliver(data), "AR-7": .send(.dataTF(data)), "AR-8": .indicateRelease,
            "AR-9": .send(.releaseRP), "AA-1": .sendAndStartTimer(.abort(.serviceUser)), "AA-2": .stopTimerAndClose,
            "AA-3": .indicateAbortAndClose(peerAbort), "AA-4": .indicateConnectionLost, "AA-6": .ignore,
            "AA-7": .send(.abort(AAbort(reason))), "AA-8": .abortAndStartTimer(AAbort(reason)),
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
}
