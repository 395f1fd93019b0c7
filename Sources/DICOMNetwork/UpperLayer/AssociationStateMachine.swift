/// The upper layer protocol of an acceptor: what each event leads to, without channels, clocks or promises.
///
/// Methods are events and are named after them; each returns what is to be done now. The names of states and, in the
/// comments, of actions are those of PS3.8 §9.2, Table 9-10.
package struct AssociationStateMachine: Sendable {
    package enum State: Hashable, Sendable, CaseIterable {
        /// Idle: no connection.
        case sta1
        /// Connected, the A-ASSOCIATE-RQ is awaited under ARTIM.
        case sta2
        /// The local decision on the request is awaited.
        case sta3
        /// Data transfer.
        case sta6
        /// The peer has asked for release, the local response is awaited.
        case sta8
        /// Everything is said, the close of the connection is awaited under ARTIM.
        case sta13
    }

    package enum Action: Hashable, Sendable {
        /// AA-6, and what the table leaves empty.
        case ignore
        /// AE-5.
        case startTimer
        /// AA-5, AR-5.
        case stopTimer
        /// AA-2.
        case stopTimerAndClose
        /// AE-6, when the provider finds no fault.
        case stopTimerAndDecide(AAssociateRQ)
        /// AE-7, AA-7.
        case send(PDU)
        /// AE-6 when the provider refuses, AE-8, AR-4, AA-1. The timer is restarted if it runs.
        case sendAndStartTimer(PDU)
        /// AA-8: the provider aborts, the user is told.
        case abortAndStartTimer(AAbort)
        /// DT-2.
        case deliver(PDataTF)
        /// AR-2.
        case indicateRelease
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
        case .dataTF(let data) where state == .sta6: .deliver(data)
        case .releaseRQ where state == .sta6: receivedReleaseRQ()
        case .abort(let abort): receivedAbort(abort)
        case .associateAC, .associateRJ, .dataTF, .releaseRQ, .releaseRP: receivedUnexpected()
        }
    }

    /// Evt19: a PDU that is not recognised or not valid, and the reason that the peer is to be told.
    package mutating func receivedInvalidPDU(_ reason: AAbort.ProviderReason) -> Action {
        switch state {
        case .sta1: .ignore
        case .sta13: .send(.abort(AAbort(reason)))
        case .sta2: abortRequested()
        case .sta3, .sta6, .sta8: providerAborts(reason)
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

    /// Evt14: the local user answers the release.
    package mutating func releaseAnswered() -> Action {
        guard state == .sta8 else { return .ignore }
        state = .sta13
        return .sendAndStartTimer(.releaseRP)
    }

    /// Evt15: the local user aborts. AA-1, source service user.
    ///
    /// Also what Table 9-10 wants in Sta2 for whatever is not an A-ASSOCIATE-RQ.
    package mutating func abortRequested() -> Action {
        switch state {
        case .sta1, .sta13: return .ignore
        case .sta2, .sta3, .sta6, .sta8:
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
        case .sta3, .sta6, .sta8: return .indicateConnectionLost
        }
    }

    /// Evt18: ARTIM. The connection is closed by us, and its end comes as no further event.
    package mutating func timerExpired() -> Action {
        switch state {
        case .sta2, .sta13:
            state = .sta1
            return .stopTimerAndClose
        case .sta1, .sta3, .sta6, .sta8:
            return .ignore
        }
    }

    // MARK: Events that several PDUs share

    private mutating func receivedAssociateRQ(_ request: AAssociateRQ) -> Action {
        switch state {
        case .sta1: return .ignore
        case .sta2:
            guard request.supportsProtocolVersion1 else { return rejectAndAwaitClose(.protocolVersionNotSupported) }
            state = .sta3
            return .stopTimerAndDecide(request)
        case .sta3, .sta6, .sta8: return providerAborts(.unexpectedPDU)
        case .sta13: return .send(.abort(AAbort(.unexpectedPDU)))
        }
    }

    private mutating func receivedReleaseRQ() -> Action {
        state = .sta8
        return .indicateRelease
    }

    private mutating func receivedAbort(_ abort: AAbort) -> Action {
        defer { state = .sta1 }
        switch state {
        case .sta1: return .ignore
        case .sta2, .sta13: return .stopTimerAndClose
        case .sta3, .sta6, .sta8: return .indicateAbortAndClose(abort)
        }
    }

    private mutating func receivedUnexpected() -> Action {
        switch state {
        case .sta1, .sta13: .ignore
        case .sta2: abortRequested()
        case .sta3, .sta6, .sta8: providerAborts(.unexpectedPDU)
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
