// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The requestor's end of one association: does on one channel what the state machine says.
///
/// It sends the A-ASSOCIATE-RQ as soon as its channel is connected. All its methods are for the channel's event loop;
/// `RequestedAssociation` is for everybody else.
package final class RequestorHandler: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    /// Answers a request of the peer; `nil` for the answer that `RequestorHandler` gives by itself: success to a
    /// C-ECHO, and "unrecognized operation" (0211H) to others.
    package typealias Answer = @Sendable (ReceivedMessage, ConfirmedAssociation) -> CommandSet?

    let request: AAssociateRQ
    let limits: RequestorLimits
    let timeouts: RequestorTimeouts
    let answer: Answer
    let eventLoop: any EventLoop

    var context: ChannelHandlerContext?
    var machine = RequestorStateMachine()
    private var decoder: PDUDecoder
    /// Bytes received and not decoded yet. Empty after a framing error.
    private var received = ByteBuffer()
    private var isDecodable = true
    private(set) var confirmed: ConfirmedAssociation?
    var messages: RequestorMessages?

    /// Set once, when the association, or the attempt at one, has ended.
    private(set) var end: RequestedAssociationEnd?
    /// What the channel reported before it was closed.
    private var transportError: String?
    private let opening: EventLoopPromise<ConfirmedAssociation>
    private let ending: EventLoopPromise<RequestedAssociationEnd>
    /// Of the outstanding request.
    var response: EventLoopPromise<ReceivedMessage>?
    /// A request was sent whose data set has not been sent to its end.
    var isSendingDataSet = false

    private var artim: Scheduled<Void>?
    /// What we await: the answer to the association request, to a request, or to the release request.
    private var deadline: Scheduled<Void>?

    /// `request` names titles, contexts and roles; the handler sets its maximum length.
    package init(
        request: AAssociateRQ, eventLoop: any EventLoop, limits: RequestorLimits = RequestorLimits(),
        timeouts: RequestorTimeouts = RequestorTimeouts(), answer: @escaping Answer = { _, _ in nil }
    ) {
        var request = request
        request.userInformation.maximumLength = limits.maximumLength
        self.request = request
        self.limits = limits
        self.timeouts = timeouts
        self.answer = answer
        self.eventLoop = eventLoop
        decoder = PDUDecoder(limits: limits.association)
        decoder.refuseData()
        opening = eventLoop.makePromise()
        ending = eventLoop.makePromise()
    }

    /// Succeeds when the peer has accepted, else fails with a `RequestedAssociationEnd`.
    package var opened: EventLoopFuture<ConfirmedAssociation> { opening.futureResult }

    /// Never fails.
    package var ended: EventLoopFuture<RequestedAssociationEnd> { ending.futureResult }

    // MARK: Channel events

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        perform(machine.associationRequested())
        if context.channel.isActive { connected() }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        closed()
        self.context = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        connected()
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        closed()
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        transportFailed(error)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        guard isDecodable else { return }
        if received.readableBytes == 0 {
            received = bytes
        } else {
            received.discardReadBytes()
            received.writeBuffer(&bytes)
        }
        while isDecodable, processPDU() {}
        if received.readableBytes == 0 { received = ByteBuffer() }
    }

    func transportFailed(_ error: any Error) {
        if transportError == nil { transportError = "\(error)" }
        context?.close(promise: nil)
    }

    private func connected() {
        guard machine.state == .sta4 else { return }
        perform(machine.connectionConfirmed(sending: request))
        startDeadline(.association, timeouts.association)
    }

    private func closed() {
        perform(machine.connectionClosed())
        stopARTIM()
        isDecodable = false
        received = ByteBuffer()
        // The attempt ended before the machine was asked for an association.
        finish(.connectionLost(transportError))
    }

    /// False when no whole PDU or PDV is left.
    private func processPDU() -> Bool {
        do {
            guard let pdu = try decoder.decode(buffer: &received) else { return false }
            perform(machine.received(pdu), cause: .unexpectedPDU(pdu.type, machine.state))
        } catch {
            isDecodable = false
            received = ByteBuffer()
            perform(machine.receivedInvalidPDU(error.abortReason), cause: .invalidPDU(error))
        }
        return true
    }

    // MARK: Actions

    /// Does what the state machine says. The cause is noted if we abort.
    func perform(_ action: RequestorStateMachine.Action, cause: RequestedAssociationEnd.AbortCause = .cancelled) {
        switch action {
        case .ignore, .connect: break
        case .send(let pdu): send([pdu])
        case .confirmAssociation(let accept): confirm(accept)
        case .confirmRejectionAndClose(let reject):
            finish(.rejected(reject))
            context?.close(promise: nil)
        case .deliver(let data): for value in data.values { receive(value) }
        case .indicateRelease: answerRelease()
        case .confirmReleaseAndClose:
            finish(.released)
            context?.close(promise: nil)
        case .sendAndStartTimer(let pdu):
            finish(.abortedByUs(cause))
            startARTIM()
            send([pdu])
        case .abortAndStartTimer(let abort):
            finish(.abortedByUs(cause))
            startARTIM()
            send([.abort(abort)])
        case .stopTimer: stopARTIM()
        case .stopTimerAndClose:
            stopARTIM()
            finish(.abortedByUs(cause))
            context?.close(promise: nil)
        case .indicateAbortAndClose(let abort):
            finish(.abortedByPeer(abort))
            context?.close(promise: nil)
        case .indicateConnectionLost: finish(.connectionLost(transportError))
        }
    }

    /// Sends all in one write: with several, a peer's delayed TCP acknowledgement would cost 40 ms.
    func send(_ pdus: [PDU], promise: EventLoopPromise<Void>? = nil) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        var buffer = context.channel.allocator.buffer(capacity: 512)
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: promise)
    }

    private func confirm(_ accept: AAssociateAC) {
        stopDeadline()
        let confirmed = ConfirmedAssociation(accept, to: request)
        self.confirmed = confirmed
        messages = RequestorMessages(contextIDs: Set(confirmed.contexts.keys), limits: limits)
        decoder.requestReceived()
        decoder.allowData(announced: limits.maximumLength)
        opening.succeed(confirmed)
    }

    /// The peer answers nothing more after it has asked for release: an operation of ours would wait in vain.
    private func answerRelease() {
        if machine.state == .sta8 { finish(.releasedByPeer) }
        perform(machine.releaseAnswered())
    }

    /// Notes the end once, and tells everybody who waits.
    func finish(_ end: RequestedAssociationEnd) {
        guard self.end == nil else { return }
        self.end = end
        stopDeadline()
        opening.fail(end)
        response?.fail(end)
        response = nil
        ending.succeed(end)
    }

    // MARK: Timers

    func startDeadline(_ timeout: RequestedAssociationEnd.Timeout, _ time: TimeAmount) {
        guard end == nil else { return }
        stopDeadline()
        deadline = eventLoop.assumeIsolated().scheduleTask(in: time) { self.expired(timeout) }
    }

    func stopDeadline() {
        deadline?.cancel()
        deadline = nil
    }

    private func expired(_ timeout: RequestedAssociationEnd.Timeout) {
        finish(.timedOut(timeout))
        perform(machine.abortRequested())
    }

    private func startARTIM() {
        stopARTIM()
        artim = eventLoop.assumeIsolated().scheduleTask(in: timeouts.artim) {
            self.artim = nil
            self.perform(self.machine.timerExpired())
        }
    }

    private func stopARTIM() {
        artim?.cancel()
        artim = nil
    }
}
