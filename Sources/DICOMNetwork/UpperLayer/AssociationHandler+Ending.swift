import NIOCore

/// How an association begins to exist and ends.
extension AssociationHandler {
    func abort(_ cause: AssociationEnd.AbortCause) {
        perform(machine.abortRequested(), cause: cause)
    }

    /// At once: a peer that says nothing is not waited for.
    func displace(_ reason: Displacement) {
        if record.receivedAnything { abort(.displaced(reason)) }
        stopDecoding()
        context?.close(promise: nil)
    }

    /// No further PDV is taken. A data set that is not whole is given up; those that are whole are let be finished.
    func endTransfer() {
        values.removeAll()
        nextWatch?.cancel()
        nextWatch = nil
        guard let receiver else { return }
        self.receiver = nil
        wait = .nothing
        record.instanceCancelled()
        receiver.cancel()
    }

    /// A peer that asks for release before it has seen every answer still gets them first. PS3.8 Table 9-10, AR-7.
    func answerReleaseIfDone() {
        guard finishing.isEmpty else { return }
        perform(machine.releaseAnswered())
    }

    /// An association that waits for nothing is ended at once, or after the grace.
    func drainIfIdle() {
        guard case .afterMessage(let drain) = draining else { return }
        switch machine.state {
        case .sta2 where !record.receivedAnything:
            context?.close(promise: nil)
        case .sta6 where !isBlocked && !isInsideMessage:
            draining = .graceRuns
            eventLoop?.assumeIsolated().scheduleTask(in: drain.releaseGrace) { self.askForRelease(drain) }
        case .sta1, .sta2, .sta3, .sta6, .sta7, .sta8, .sta10, .sta12, .sta13:
            break
        }
    }

    /// What a peer that is idle understands best: it is not in fault, and may open another association.
    private func askForRelease(_ drain: Drain) {
        perform(machine.releaseRequested())
        eventLoop?.assumeIsolated().scheduleTask(in: drain.closeGrace) { self.abort(.drained) }
    }

    func open() {
        guard machine.state == .sta1, !isClosed else { return }
        record.opened = now
        record.peer = context?.remoteAddress
        perform(machine.connectionOpened())
    }

    func close() {
        isClosed = true
        noteUnreadAbort()
        perform(machine.connectionClosed())
        stopARTIM()
        endTransfer()
        stopDecoding()
        reportIfEnded()
    }

    /// Tells the application once, when the connection is gone and no outcome is outstanding.
    func reportIfEnded() {
        guard isClosed, finishing.isEmpty, let summary = record.summary(at: now) else { return }
        service.associationEnded(summary)
    }
}
