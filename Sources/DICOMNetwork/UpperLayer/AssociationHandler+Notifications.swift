// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Requests to the peer: N-EVENT-REPORT.
extension AssociationHandler {
    /// A request, and who waits for its answer.
    struct Notification {
        let command: CommandSet
        let contextID: UInt8
        let dataSet: any ImmediateDataSet
        let answer: EventLoopPromise<DIMSEStatus>
    }

    /// The requests to the peer that have no answer yet.
    struct Notifications {
        var flow = NotificationFlow()
        var waiting = CircularBuffer<Notification>()
        /// The one that is being sent, or waits for its answer.
        var current: Notification?
        /// The bytes of its data set that were written.
        var offset: Int64 = 0
        /// The status of an answer that came before the end of the request.
        var status: DIMSEStatus?
        /// Responses to the peer's requests, held until our own message is sent.
        var heldResponses: [[PDU]] = []
        var lastActivity = NIODeadline.uptimeNanoseconds(0)
        /// Asks again whether a request can be sent.
        var retry: Scheduled<Void>?
        var deadline: Scheduled<Void>?
    }

    /// A piece is below the mark at which the channel counts as not writable: so the peer's messages are still received
    /// while it takes ours.
    private static let pieceLength = 16 << 10

    func notify(
        _ request: NEventReportRequest, on contextID: UInt8, dataSet: any ImmediateDataSet
    ) -> EventLoopFuture<DIMSEStatus> {
        guard let eventLoop else { preconditionFailure("a notifier is made when the handler is in a channel") }
        if let failure = notifications.flow.failure ?? (flow.isDraining ? .shuttingDown : nil) {
            return eventLoop.makeFailedFuture(failure)
        }
        let answer = eventLoop.makePromise(of: DIMSEStatus.self)
        notifications.waiting.append(
            Notification(command: request.commandSet(), contextID: contextID, dataSet: dataSet, answer: answer))
        notifyIfIdle()
        return answer.futureResult
    }

    /// Asked whenever the association may have become idle.
    func notifyIfIdle() {
        guard !notifications.waiting.isEmpty else { return }
        let conditions = NotificationFlow.Conditions(isIdle: isIdle, quiet: now - notifications.lastActivity)
        switch notifications.flow.checkBegin(conditions) {
        case .begin: beginNotification()
        case .askAgain(let delay):
            guard notifications.retry == nil else { return }
            notifications.retry = eventLoop?.assumeIsolated().scheduleTask(in: delay) {
                self.notifications.retry = nil
                self.notifyIfIdle()
            }
        case .hold: break
        }
    }

    private var isIdle: Bool {
        machine.state == .sta6 && !isInsideMessage && !flow.hasOutstandingOperations && !isBlocked && !flow.isDraining
            && !flow.inputHasEnded && values.isEmpty && received.readableBytes == 0
    }

    func noteActivity() {
        notifications.lastActivity = now
    }

    // MARK: Sending

    private func beginNotification() {
        guard let next = notifications.waiting.popFirst(), var operations else { return }
        notifications.current = next
        notifications.offset = 0
        notifications.status = nil
        var command = next.command
        command.set(.messageID, operations.notificationBegins(on: next.contextID))
        self.operations = operations
        noteWait()
        sendPiece(
            after: ResponseFragmenter.data(
                for: command, on: next.contextID, maximumLength: record.association?.maximumLength))
    }

    /// Sends the next bytes of the data set, and goes on when they are on their way.
    private func sendPiece(after beginning: [PDataTF] = []) {
        guard let context, let eventLoop, let current = notifications.current else { return }
        let count = Int(min(Int64(Self.pieceLength), current.dataSet.length - notifications.offset))
        let bytes = current.dataSet.piece(at: notifications.offset, count: count)
        notifications.offset += Int64(count)
        let isLast = notifications.offset == current.dataSet.length
        let pieces = ResponseFragmenter.data(
            bytes, on: current.contextID, isLast: isLast,
            fragmentLength: ResponseFragmenter.fragmentLength(maximumLength: record.association?.maximumLength))
        var buffer = context.channel.allocator.buffer(capacity: count + 1024)
        for data in beginning + pieces {
            if case .send(let pdu) = machine.dataRequested(data) { PDUEncoder.encode(pdu, into: &buffer) }
        }
        let written = eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess {
            if isLast { self.notificationSent() } else { self.sendNextPiece() }
        }
        startNotificationDeadline()
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: written)
    }

    private func sendNextPiece() {
        guard let eventLoop else { return }
        service.nextTurn(on: eventLoop).hop(to: eventLoop).assumeIsolated().whenComplete { _ in
            if self.notifications.flow.isSending { self.sendPiece() }
        }
    }

    private func notificationSent() {
        let action = notifications.flow.sent()
        guard action != .ignore else { return }
        watchdog?.requestSent(at: now)
        let held = notifications.heldResponses.flatMap { $0 }
        notifications.heldResponses.removeAll()
        if !held.isEmpty { send(held) }
        switch action {
        case .awaitAnswer: startNotificationDeadline()
        case .complete: completeNotification()
        case .ignore: break
        }
        process()
    }

    // MARK: Answers

    func notificationAnswered(_ status: DIMSEStatus) {
        notifications.status = status
        if notifications.flow.answered() == .complete { completeNotification() }
    }

    private func completeNotification() {
        notifications.deadline?.cancel()
        guard let current = notifications.current, let status = notifications.status else { return }
        notifications.current = nil
        record.notificationAnswered(status)
        current.answer.succeed(status)
    }

    private func startNotificationDeadline() {
        notifications.deadline?.cancel()
        let delay = min(timeouts.notification, flow.drain?.closeGrace ?? timeouts.notification)
        notifications.deadline = eventLoop?.assumeIsolated().scheduleTask(in: delay) {
            switch self.notifications.flow.timedOut() {
            case .fail: self.failNotifications(.notAnswered)
            case .abort:
                self.record.note(.timedOut(.notification))
                self.perform(self.machine.abortRequested())
            case .ignore: break
            }
            self.process()
        }
    }

    // MARK: The end

    /// No further request is sent, and no answer is awaited.
    func endNotifications(_ failure: NotificationFailure) {
        notifications.flow.ended(failure)
        notifications.heldResponses.removeAll()
        failNotifications(failure)
    }

    /// Draining: requests that were not begun fail at once, and the peer has little time left for the one that was.
    func drainNotifications() {
        let waiting = notifications.waiting
        notifications.waiting.removeAll()
        for notification in waiting { notification.answer.fail(NotificationFailure.shuttingDown) }
        if notifications.current != nil { startNotificationDeadline() }
    }

    private func failNotifications(_ failure: NotificationFailure) {
        notifications.retry?.cancel()
        notifications.retry = nil
        notifications.deadline?.cancel()
        let failed = [notifications.current].compactMap { $0 } + notifications.waiting
        notifications.current = nil
        notifications.waiting.removeAll()
        for notification in failed { notification.answer.fail(failure) }
    }
}
