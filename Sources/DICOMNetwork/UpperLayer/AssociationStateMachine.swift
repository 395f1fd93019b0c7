// SPDX-License-Identifier: Apache-2.0

/// The upper layer protocol of an acceptor, without channels, clocks or promises.
///
/// Methods are named after events; each returns what has to be done now. The states, and the events and actions named
/// in the comments, are those of PS3.8 §9.2. This is its Table 9-10 without the rows and columns of a requestor (Evt1
/// and 2; Sta4, 5, 9 and 11). Events in cells that the table leaves empty cannot happen or come after the end: they are
/// ignored.
package struct AssociationStateMachine: Sendable {
    package enum State: Hashable, Sendable, CaseIterable {
        /// Idle: no connection.
        case sta1
        /// Connected: we await the A-ASSOCIATE-RQ, under ARTIM.
        case sta2
        /// We await the local decision on the request.
        case sta3
        /// Data transfer.
        case sta6
        /// We have asked for release and await the peer's answer.
        case sta7
        /// The peer has asked for release; we await the local response.
        case sta8
        /// Both sides have asked for release. The peer opened the association and has to answer first.
        case sta10
        /// Both sides have asked for release and the peer has answered; we await the local response.
        case sta12
        /// Everything is sent: we await the close of the connection, under ARTIM.
        case sta13
    }

    package enum Action: Hashable, Sendable {
        /// AA-6, and the cells that the table leaves empty.
        case ignore
        /// AE-5.
        case startTimer
        /// AA-5, AR-5.
        case stopTimer
        /// AA-2.
        case stopTimerAndClose
        /// AE-6, if the provider accepts.
        case stopTimerAndDecide(AAssociateRQ)
        /// AE-7, DT-1, AR-1, AR-7, AA-7.
        case send(PDU)
        /// AE-6 if the provider refuses, AE-8, AR-4, AA-1. The timer is restarted if it runs.
        case sendAndStartTimer(PDU)
        /// AA-8: the provider aborts and tells the user.
        case abortAndStartTimer(AAbort)
        /// DT-2, AR-6.
        case deliver(PDataTF)
        /// AR-2, AR-8: the user has to answer the peer's request for release. After a collision, only when the peer has
        /// answered ours.
        case indicateRelease
        /// AR-10: the peer has answered our request for release; the user has to answer the peer's now.
        case confirmRelease
        /// AR-3.
        case confirmReleaseAndClose
        /// AA-3.
        case indicateAbortAndClose(AAbort)
        /// AA-4.
        case indicateConnectionLost
    }

    package private(set) var state = State.sta1

    package init() {}

    /// Evt5.
    package mutating func connectionOpened() -> Action {
        guard state == .sta1 else { return .ignore }
        state = .sta2
        return .startTimer
    }

    /// Evt3, 4, 6, 10, 12, 13 and 16.
    package mutating func received(_ pdu: PDU) -> Action {
        switch pdu {
        case .associateRQ(let request): receivedAssociateRQ(request)
        case .dataTF(let data): receivedData(data)
        case .releaseRQ: receivedReleaseRQ()
        case .releaseRP: receivedReleaseRP()
        case .abort(let abort): receivedAbort(abort)
        case .associateAC, .associateRJ: receivedUnexpected()
        }
    }

    /// Evt19: a PDU that is not recognised or not valid, and the reason to tell the peer.
    package mutating func receivedInvalidPDU(_ reason: AAbort.ProviderReason) -> Action {
        switch state {
        case .sta1: .ignore
        case .sta13: .send(.abort(AAbort(reason)))
        case .sta2: abortRequested()
        case .sta3, .sta6, .sta7, .sta8, .sta10, .sta12: providerAborts(reason)
        }
    }

    /// Evt7: the local user accepts.
    package mutating func accepted(_ accept: AAssociateAC) -> Action {
        guard state == .sta3 else { return .ignore }
        state = .sta6
        return .send(.associateAC(accept))
    }

    /// Evt8: the local user rejects.
    package mutating func rejected(_ reject: AAssociateRJ) -> Action {
        guard state == .sta3 else { return .ignore }
        return rejectAndAwaitClose(reject)
    }

    /// Evt9: the local user sends, which is allowed until it has answered a request for release.
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
        guard state == .sta8 || state == .sta12 else { return .ignore }
        state = .sta13
        return .sendAndStartTimer(.releaseRP)
    }

    /// Evt15: the local user aborts. AA-1, source service user.
    ///
    /// Table 9-10 requires the same in Sta2 for any PDU that is not an A-ASSOCIATE-RQ.
    package mutating func abortRequested() -> Action {
        switch state {
        case .sta1, .sta13: return .ignore
        case .sta2, .sta3, .sta6, .sta7, .sta8, .sta10, .sta12:
            state = .sta13
            return .sendAndStartTimer(.abort(.serviceUser))
        }
    }

    /// Evt17.
    package mutating func connectionClosed() -> Action {
        defer { state = .sta1 }
        switch state {
        case .sta1: return .ignore
        case .sta2, .sta13: return .stopTimer
        case .sta3, .sta6, .sta7, .sta8, .sta10, .sta12: return .indicateConnectionLost
        }
    }

    /// Evt18: ARTIM expired. We close the connection; there is no further event for that.
    package mutating func timerExpired() -> Action {
        switch state {
        case .sta2, .sta13:
            state = .sta1
            return .stopTimerAndClose
        case .sta1, .sta3, .sta6, .sta7, .sta8, .sta10, .sta12:
            return .ignore
        }
    }

    // MARK: PDUs

    private mutating func receivedAssociateRQ(_ request: AAssociateRQ) -> Action {
        switch state {
        case .sta1: return .ignore
        case .sta2:
            guard request.supportsProtocolVersion1 else { return rejectAndAwaitClose(.protocolVersionNotSupported) }
            state = .sta3
            return .stopTimerAndDecide(request)
        case .sta3, .sta6, .sta7, .sta8, .sta10, .sta12: return providerAborts(.unexpectedPDU)
        case .sta13: return .send(.abort(AAbort(.unexpectedPDU)))
        }
    }

    private mutating func receivedData(_ data: PDataTF) -> Action {
        state == .sta6 || state == .sta7 ? .deliver(data) : receivedUnexpected()
    }

    private mutating func receivedReleaseRQ() -> Action {
        switch state {
        case .sta6: state = .sta8
        case .sta7: state = .sta10
        default: return receivedUnexpected()
        }
        return .indicateRelease
    }

    private mutating func receivedReleaseRP() -> Action {
        switch state {
        case .sta7:
            state = .sta1
            return .confirmReleaseAndClose
        case .sta10:
            state = .sta12
            return .confirmRelease
        default:
            return receivedUnexpected()
        }
    }

    private mutating func receivedAbort(_ abort: AAbort) -> Action {
        defer { state = .sta1 }
        switch state {
        case .sta1: return .ignore
        case .sta2, .sta13: return .stopTimerAndClose
        case .sta3, .sta6, .sta7, .sta8, .sta10, .sta12: return .indicateAbortAndClose(abort)
        }
    }

    private mutating func receivedUnexpected() -> Action {
        switch state {
        case .sta1, .sta13: .ignore
        case .sta2: abortRequested()
        case .sta3, .sta6, .sta7, .sta8, .sta10, .sta12: providerAborts(.unexpectedPDU)
        }
    }

    private mutating func providerAborts(_ reason: AAbort.ProviderReason) -> Action {
        state = .sta13
        return .abortAndStartTimer(AAbort(reason))
    }

    private mutating func rejectAndAwaitClose(_ reject: AAssociateRJ) -> Action {
        state = .sta13
        return .sendAndStartTimer(.associateRJ(reject))
    }
}
