// SPDX-License-Identifier: Apache-2.0

/// The upper layer protocol of a requestor, without channels, clocks or promises.
///
/// Methods are named after events; each returns what has to be done now. The states, and the events and actions named
/// in the comments, are those of PS3.8 §9.2. This is its Table 9-10 without the rows and columns of an acceptor (Evt5, 7
/// and 8; Sta2, 3, 10 and 12). Events in cells that the table leaves empty cannot happen or come after the end: they are
/// ignored.
package struct RequestorStateMachine: Sendable {
    package enum State: Hashable, Sendable, CaseIterable {
        /// Idle: no connection.
        case sta1
        /// We await the transport connection.
        case sta4
        /// We await the A-ASSOCIATE-AC or -RJ.
        case sta5
        /// Data transfer.
        case sta6
        /// We have asked for release and await the peer's answer.
        case sta7
        /// The peer has asked for release; we await the local response.
        case sta8
        /// Both sides have asked for release. We opened the association and have to answer first.
        case sta9
        /// Both sides have asked for release and we have answered; we await the peer's answer.
        case sta11
        /// Everything is sent: we await the close of the connection, under ARTIM.
        case sta13
    }

    package enum Action: Hashable, Sendable {
        /// AA-6, and the cells that the table leaves empty.
        case ignore
        /// AE-1.
        case connect
        /// AE-2, DT-1, AR-1, AR-7, AR-9, AA-7.
        case send(PDU)
        /// AE-3.
        case confirmAssociation(AAssociateAC)
        /// AE-4.
        case confirmRejectionAndClose(AAssociateRJ)
        /// DT-2, AR-6.
        case deliver(PDataTF)
        /// AR-2, AR-8: the user has to answer the peer's request for release, after a collision too.
        case indicateRelease
        /// AR-3.
        case confirmReleaseAndClose
        /// AR-4, AA-1. The timer is restarted if it runs.
        case sendAndStartTimer(PDU)
        /// AA-8: the provider aborts and tells the user.
        case abortAndStartTimer(AAbort)
        /// AR-5.
        case stopTimer
        /// AA-2.
        case stopTimerAndClose
        /// AA-3.
        case indicateAbortAndClose(AAbort)
        /// AA-4.
        case indicateConnectionLost
    }

    package private(set) var state = State.sta1

    package init() {}

    /// Evt1: the local user asks for an association.
    package mutating func associationRequested() -> Action {
        guard state == .sta1 else { return .ignore }
        state = .sta4
        return .connect
    }

    /// Evt2: the connection is open.
    package mutating func connectionConfirmed(sending request: AAssociateRQ) -> Action {
        guard state == .sta4 else { return .ignore }
        state = .sta5
        return .send(.associateRQ(request))
    }

    /// Evt3, 4, 6, 10, 12, 13 and 16.
    package mutating func received(_ pdu: PDU) -> Action {
        switch pdu {
        case .associateAC(let accept): receivedAssociateAC(accept)
        case .associateRJ(let reject): receivedAssociateRJ(reject)
        case .associateRQ: receivedAssociateRQ()
        case .dataTF(let data): receivedData(data)
        case .releaseRQ: receivedReleaseRQ()
        case .releaseRP: receivedReleaseRP()
        case .abort(let abort): receivedAbort(abort)
        }
    }

    /// Evt19: a PDU that is not recognised or not valid, and the reason to tell the peer.
    package mutating func receivedInvalidPDU(_ reason: AAbort.ProviderReason) -> Action {
        switch state {
        case .sta1, .sta4: .ignore
        case .sta13: .send(.abort(AAbort(reason)))
        case .sta5, .sta6, .sta7, .sta8, .sta9, .sta11: providerAborts(reason)
        }
    }

    /// Evt9: the local user sends, which is allowed until it has asked for release or has answered a request for it.
    package mutating func dataRequested(_ data: PDataTF) -> Action {
        state == .sta6 || state == .sta8 ? .send(.dataTF(data)) : .ignore
    }

    /// Evt11: the local user asks for release.
    package mutating func releaseRequested() -> Action {
        guard state == .sta6 else { return .ignore }
        state = .sta7
        return .send(.releaseRQ)
    }

    /// Evt14: the local user answers the release.
    package mutating func releaseAnswered() -> Action {
        switch state {
        case .sta8:
            state = .sta13
            return .sendAndStartTimer(.releaseRP)
        case .sta9:
            state = .sta11
            return .send(.releaseRP)
        case .sta1, .sta4, .sta5, .sta6, .sta7, .sta11, .sta13:
            return .ignore
        }
    }

    /// Evt15: the local user aborts. AA-1, source service user; before the connection is open, AA-2.
    package mutating func abortRequested() -> Action {
        switch state {
        case .sta1, .sta13: return .ignore
        case .sta4:
            state = .sta1
            return .stopTimerAndClose
        case .sta5, .sta6, .sta7, .sta8, .sta9, .sta11:
            state = .sta13
            return .sendAndStartTimer(.abort(.serviceUser))
        }
    }

    /// Evt17.
    package mutating func connectionClosed() -> Action {
        defer { state = .sta1 }
        switch state {
        case .sta1: return .ignore
        case .sta13: return .stopTimer
        case .sta4, .sta5, .sta6, .sta7, .sta8, .sta9, .sta11: return .indicateConnectionLost
        }
    }

    /// Evt18: ARTIM expired. We close the connection; there is no further event for that.
    package mutating func timerExpired() -> Action {
        guard state == .sta13 else { return .ignore }
        state = .sta1
        return .stopTimerAndClose
    }

    // MARK: PDUs

    private mutating func receivedAssociateAC(_ accept: AAssociateAC) -> Action {
        guard state == .sta5 else { return receivedUnexpected() }
        state = .sta6
        return .confirmAssociation(accept)
    }

    private mutating func receivedAssociateRJ(_ reject: AAssociateRJ) -> Action {
        guard state == .sta5 else { return receivedUnexpected() }
        state = .sta1
        return .confirmRejectionAndClose(reject)
    }

    private mutating func receivedAssociateRQ() -> Action {
        state == .sta13 ? .send(.abort(AAbort(.unexpectedPDU))) : receivedUnexpected()
    }

    private mutating func receivedData(_ data: PDataTF) -> Action {
        state == .sta6 || state == .sta7 ? .deliver(data) : receivedUnexpected()
    }

    private mutating func receivedReleaseRQ() -> Action {
        switch state {
        case .sta6: state = .sta8
        case .sta7: state = .sta9
        case .sta1, .sta4, .sta5, .sta8, .sta9, .sta11, .sta13: return receivedUnexpected()
        }
        return .indicateRelease
    }

    private mutating func receivedReleaseRP() -> Action {
        guard state == .sta7 || state == .sta11 else { return receivedUnexpected() }
        state = .sta1
        return .confirmReleaseAndClose
    }

    private mutating func receivedAbort(_ abort: AAbort) -> Action {
        switch state {
        case .sta1, .sta4: return .ignore
        case .sta13:
            state = .sta1
            return .stopTimerAndClose
        case .sta5, .sta6, .sta7, .sta8, .sta9, .sta11:
            state = .sta1
            return .indicateAbortAndClose(abort)
        }
    }

    private mutating func receivedUnexpected() -> Action {
        switch state {
        case .sta1, .sta4, .sta13: .ignore
        case .sta5, .sta6, .sta7, .sta8, .sta9, .sta11: providerAborts(.unexpectedPDU)
        }
    }

    private mutating func providerAborts(_ reason: AAbort.ProviderReason) -> Action {
        state = .sta13
        return .abortAndStartTimer(AAbort(reason))
    }
}
