// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The beginning and the end of an association.
extension AssociationHandler {
    func abort(_ cause: AssociationEnd.AbortCause) {
        perform(machine.abortRequested(), cause: cause)
    }

    /// Closes at once, without waiting for a silent peer to close.
    func displace(_ reason: Displacement) {
        if record.receivedAnything { abort(.displaced(reason)) }
        stopDecoding()
        context?.close(promise: nil)
    }

    /// Takes no further PDV. An incomplete data set is given up; complete ones are still finished.
    func endTransfer() {
        values.removeAll()
        endNotifications(flow.isDraining ? .shuttingDown : .associationEnded)
        nextWatch?.cancel()
        nextWatch = nil
        guard let receiver else { return }
        self.receiver = nil
        flow.receptionCancelled()
        if isReceivingInstance { record.instanceCancelled() }
        receiver.cancel()
    }

    /// A peer that asks for release before it has seen every answer still gets them first. PS3.8 Table 9-10, AR-7.
    func answerReleaseIfDone() {
        guard !flow.hasOutstandingOperations else { return }
        perform(machine.releaseAnswered())
    }

    /// While draining: ends an idle association, at once or after the grace.
    func drainIfIdle() {
        switch flow.checkDrain(in: machine.state, receivedAnything: record.receivedAnything, conditions) {
        case .none: break
        case .close: context?.close(promise: nil)
        case .askForRelease(let drain):
            eventLoop?.assumeIsolated().scheduleTask(in: drain.releaseGrace) { self.askForRelease(drain) }
        }
    }

    /// An idle peer understands a release best: it did nothing wrong, and may open another association.
    private func askForRelease(_ drain: Drain) {
        perform(machine.releaseRequested())
        eventLoop?.assumeIsolated().scheduleTask(in: drain.closeGrace) { self.abort(.drained) }
    }

    func open() {
        guard machine.state == .sta1, !flow.isClosed else { return }
        record.opened = now
        record.peer = context?.remoteAddress
        perform(machine.connectionOpened())
    }

    func close() {
        flow.connectionClosed()
        noteUnreadAbort()
        perform(machine.connectionClosed())
        stopARTIM()
        endTransfer()
        stopDecoding()
        reportIfEnded()
    }

    /// Reports the end to the application once, when the connection is closed and no outcome is outstanding.
    func reportIfEnded() {
        guard flow.isClosed, !flow.hasOutstandingOperations, let summary = record.summary(at: now) else { return }
        service.associationEnded(summary)
    }
}
