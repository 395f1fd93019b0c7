import NIOCore

/// How an association begins to exist and ends.
extension AssociationHandler {
    func abort(_ cause: AssociationEnd.AbortCause) {
        perform(machine.abortRequested(), cause: cause)
    }

    /// No further PDV is taken. A data set that is not whole is given up; one that is whole is let be finished.
    func endTransfer() {
        values.removeAll()
        nextWatch?.cancel()
        nextWatch = nil
        if wait == .outcome { return }
        wait = .nothing
        guard let receiver else { return }
        self.receiver = nil
        record.instanceCancelled()
        receiver.cancel()
    }

    /// An association that waits for nothing is ended at once, or after the grace.
    func drainIfIdle() {
        guard case .afterMessage(let drain) = draining else { return }
        switch machine.state {
        case .sta2 where !record.receivedAnything:
            context?.close(promise: nil)
        case .sta6 where !isBlocked && !isInsideMessage:
            guard drain.releaseGrace > .zero else { return abort(.drained) }
            draining = .graceRuns
            eventLoop?.assumeIsolated().scheduleTask(in: drain.releaseGrace) { self.abort(.drained) }
        case .sta1, .sta2, .sta3, .sta6, .sta8, .sta13:
            break
        }
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
        guard isClosed, receiver == nil, let summary = record.summary(at: now) else { return }
        service.associationEnded(summary)
    }
}
