// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The actions of the association state machine.
extension AssociationHandler {
    /// Does what the association state machine says. The cause is noted if we abort.
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
        // The state machine itself rejects for this one reason; for the other reasons the end was noted before.
        case .associateRJ(let answer):
            record.note(
                .rejected(AssociationRejection(answer, reason: "the request does not offer version 1 of the protocol")))
        case .releaseRP: record.note(.released)
        default: cause.map { record.note(.abortedByUs($0)) }
        }
    }

    /// Sends all in one write: with several, a peer's delayed TCP acknowledgement would cost 40 ms.
    func send(_ pdus: [PDU]) {
        guard let context else { return }
        flow.answerSent()
        var buffer = context.channel.allocator.buffer(capacity: 256)
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: nil)
    }
}
