import NIOCore

/// What the upper layer's machine asks for.
extension AssociationHandler {
    /// Does what the upper layer's machine says. The cause is noted if we abort.
    func perform(_ action: AssociationStateMachine.Action, cause: AssociationEnd.AbortCause? = nil) {
        switch action {
        case .ignore: break
        case .startTimer: startARTIM()
        case .stopTimer: stopARTIM()
        case .stopTimerAndClose:
            stopARTIM()
            context?.close(promise: nil)
        case .stopTimerAndDecide(let request):
            stopARTIM()
            decide(on: request)
        case .send(let pdu): send([pdu])
        case .sendAndStartTimer(let pdu):
            noteEnd(sending: pdu, cause: cause)
            endTransfer()
            startARTIM()
            send([pdu])
        case .abortAndStartTimer(let abort):
            noteEnd(sending: .abort(abort), cause: cause)
            endTransfer()
            startARTIM()
            send([.abort(abort)])
        case .deliver(let data): values.append(contentsOf: data.values)
        case .indicateRelease, .confirmRelease:
            endTransfer()
            answerReleaseIfDone()
        case .confirmReleaseAndClose:
            record.note(.releasedByUs)
            endTransfer()
            context?.close(promise: nil)
        case .indicateAbortAndClose:
            endTransfer()
            context?.close(promise: nil)
        case .indicateConnectionLost:
            record.note(.connectionLost)
            endTransfer()
        }
    }

    private func noteEnd(sending pdu: PDU, cause: AssociationEnd.AbortCause?) {
        switch pdu {
        // The machine itself rejects for one reason; others have been noted with theirs.
        case .associateRJ(let answer):
            record.note(
                .rejected(AssociationRejection(answer, reason: "the request does not offer version 1 of the protocol")))
        case .releaseRP: record.note(.released)
        default: cause.map { record.note(.abortedByUs($0)) }
        }
    }

    /// All in one write, or a sender's delayed acknowledgement costs 40 ms.
    func send(_ pdus: [PDU]) {
        guard let context else { return }
        hasAnsweredSinceInputEnded = inputHasEnded
        var buffer = context.channel.allocator.buffer(capacity: 256)
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: nil)
    }
}
