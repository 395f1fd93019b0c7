import DICOM
import NIOCore

/// The acceptor's end of one association: does what the state machines say, on one channel.
///
/// Bytes come in, PDUs are decoded one at a time, and the application is asked through `AssociationService`. Nothing is
/// decoded while the application is waited for, and nothing more is read: what the socket gave is kept as bytes, in order.
package final class AssociationHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = Never
    package typealias OutboundOut = ByteBuffer

    /// An inbound user event: finish the instance in flight, then end the association.
    ///
    /// An association without an instance in flight may still be released by the peer within the grace; then, or when the
    /// peer begins something new, it is aborted (source service user).
    package struct Drain: Hashable, Sendable {
        package let releaseGrace: TimeAmount
        /// How long a peer may take to ask or to close from then on, where that is shorter than ARTIM.
        package let closeGrace: TimeAmount

        package init(releaseGrace: TimeAmount = .zero, closeGrace: TimeAmount = .seconds(5)) {
            self.releaseGrace = releaseGrace
            self.closeGrace = closeGrace
        }
    }

    /// What of the application is being waited for.
    enum Wait: Hashable {
        case nothing
        /// A fragment is being taken, and whether it is the last.
        case delivery(isLast: Bool)
        case outcome
    }

    enum Draining: Hashable {
        case no
        case afterMessage(Drain)
        /// Only a release is awaited.
        case graceRuns
    }

    let service: any AssociationService
    let limits: AssociationLimits
    let timeouts: AssociationTimeouts

    var context: ChannelHandlerContext?
    /// Known from the connection on, also when the context is gone.
    var eventLoop: (any EventLoop)?
    var machine = AssociationStateMachine()
    var operations: OperationStateMachine?
    private var decoder: PDUDecoder
    /// What came and is not decoded. After a framing error it stays empty.
    private var received = ByteBuffer()
    private var isDecodable = true
    /// PDVs of the PDU that was decoded last.
    var values = CircularBuffer<PresentationDataValue>()
    var receiver: (any InstanceReceiver)?
    var wait = Wait.nothing
    private var isProcessing = false
    var isClosed = false
    private var readIsHeld = false
    var draining = Draining.no
    /// Set by draining.
    var closeGrace: TimeAmount?

    var record: AssociationRecord
    var artim: Scheduled<Void>?
    var watchdog: Watchdog?
    var nextWatch: Scheduled<Void>?

    package init(
        service: any AssociationService, limits: AssociationLimits = AssociationLimits(),
        timeouts: AssociationTimeouts = AssociationTimeouts(), id: String = AssociationHandler.randomID()
    ) {
        self.service = service
        self.limits = limits
        self.timeouts = timeouts
        record = AssociationRecord(id: id)
        decoder = PDUDecoder(limits: limits)
    }

    /// Sets up a channel for one association; for `childChannelInitializer`.
    package static func addHandlers(
        to channel: any Channel, service: any AssociationService, limits: AssociationLimits = AssociationLimits(),
        timeouts: AssociationTimeouts = AssociationTimeouts()
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                AssociationHandler(service: service, limits: limits, timeouts: timeouts))
        }
    }

    /// 48 random bits in hexadecimal.
    package static func randomID() -> String {
        let digits = String(UInt64.random(in: 0..<1 << 48), radix: 16)
        return String(repeating: "0", count: 12 - digits.utf8.count) + digits
    }

    // MARK: Channel events

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        eventLoop = context.eventLoop
        if context.channel.isActive { open() }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        close()
        self.context = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        open()
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        close()
        context.fireChannelInactive()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = Self.unwrapInboundIn(data)
        guard isDecodable, bytes.readableBytes > 0 else { return }
        record.receivedAnything = true
        if received.readableBytes == 0 {
            received = bytes
        } else {
            received.discardReadBytes()
            received.writeBuffer(&bytes)
        }
        process()
    }

    package func read(context: ChannelHandlerContext) {
        if isBlocked {
            readIsHeld = true
        } else {
            context.read()
        }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        process()
        context.fireChannelWritabilityChanged()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A broken connection, or a handler before this one that gave up: there is nobody to tell.
        context.close(promise: nil)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let known = event as? PeerAddressKnown { record.peer = known.address }
        guard let drain = event as? Drain else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard draining == .no else { return }
        draining = .afterMessage(drain)
        closeGrace = drain.closeGrace
        if artim != nil { startARTIM() }
        drainIfIdle()
    }

    // MARK: Processing

    /// Whether the peer has to wait: for the application, or until it takes our responses off its connection.
    var isBlocked: Bool {
        wait != .nothing || context?.channel.isWritable == false
    }

    /// Works off what has come, until nothing whole is left or the application has to be waited for.
    ///
    /// A future that is complete at once calls back in here: the loop that runs already then just goes on.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        while !isBlocked, processNext() {}
        isProcessing = false
        drainIfIdle()
        if !isBlocked, readIsHeld {
            readIsHeld = false
            context?.read()
        }
    }

    /// False when nothing whole is left.
    private func processNext() -> Bool {
        if let value = values.popFirst() {
            receive(value)
            return true
        }
        guard isDecodable else { return false }
        do {
            guard let pdu = try decoder.decode(buffer: &received) else { return false }
            watchdog?.progressed(at: now)
            let state = machine.state
            switch pdu {
            case .associateRQ(let request) where state == .sta2: record.request = request
            case .abort(let abort): record.note(.abortedByPeer(abort))
            default: break
            }
            perform(machine.received(pdu), cause: .unexpectedPDU(pdu.type, state))
        } catch {
            stopDecoding()
            perform(machine.receivedInvalidPDU(error.abortReason), cause: .invalidPDU(error))
        }
        return true
    }

    /// A sender that gives up while the application is waited for sends an A-ABORT, which has not been decoded then.
    func noteUnreadAbort() {
        guard isDecodable, wait != .nothing else { return }
        while let pdu = try? decoder.decode(buffer: &received) {
            if case .abort(let abort) = pdu { return record.note(.abortedByPeer(abort)) }
        }
    }

    func stopDecoding() {
        isDecodable = false
        received = ByteBuffer()
    }

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
        case .indicateRelease:
            endTransfer()
            perform(machine.releaseAnswered())
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
        case .associateRJ(let reject): record.note(.rejected(reject))
        case .releaseRP: record.note(.released)
        default: cause.map { record.note(.abortedByUs($0)) }
        }
    }

    // MARK: Association

    private func decide(on request: AAssociateRQ) {
        let decision: AssociationDecision
        if request.applicationContextName != AAssociateRQ.dicomApplicationContextName {
            decision = .reject(.applicationContextNameNotSupported)
        } else if draining == .no {
            decision = service.decide(on: request, from: record.peer)
        } else {
            decision = .reject(.localLimitExceeded)
        }
        switch decision {
        case .reject(let reject): perform(machine.rejected(reject))
        case .accept(let policy): accept(request, under: policy)
        }
    }

    private func accept(_ request: AAssociateRQ, under policy: AcceptancePolicy) {
        let contexts = policy.acceptedContexts(of: request)
        let association = Association(
            id: record.id, callingAETitle: request.callingAETitle.value, calledAETitle: request.calledAETitle.value,
            peer: record.peer, acceptedContexts: contexts, peerInformation: request.userInformation)
        record.association = association
        operations = OperationStateMachine(contexts: contexts, limits: limits)
        decoder.allowDataPDULength(announced: policy.maximumLength)
        // Before the answer is written: that can fail at once, and the end must not be told first.
        service.associationAccepted(association)
        watchdog = Watchdog(timeouts: timeouts, now: now)
        perform(machine.accepted(policy.accept(request, contexts: contexts)))
        watch()
    }

    // MARK: Writing

    /// All in one write, or a sender's delayed acknowledgement costs 40 ms.
    func send(_ pdus: [PDU]) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 256)
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: nil)
    }
}
