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

        package init(releaseGrace: TimeAmount = .zero) {
            self.releaseGrace = releaseGrace
        }
    }

    /// What of the application is being waited for.
    private enum Wait {
        case nothing
        /// A fragment is being taken, and whether it is the last.
        case delivery(isLast: Bool)
        case outcome
    }

    private enum Draining {
        case no
        case afterMessage(Drain)
        /// Only a release is awaited.
        case graceRuns
    }

    private let service: any AssociationService
    private let limits: AssociationLimits
    private let timeouts: AssociationTimeouts

    private var context: ChannelHandlerContext?
    /// Known from the connection on, also when the context is gone.
    private var eventLoop: (any EventLoop)?
    private var machine = AssociationStateMachine()
    private var operations: OperationStateMachine?
    private var decoder: PDUDecoder
    /// What came and is not decoded. After a framing error it stays empty.
    private var received = ByteBuffer()
    private var isDecodable = true
    /// PDVs of the PDU that was decoded last.
    private var values = CircularBuffer<PresentationDataValue>()
    private var receiver: (any InstanceReceiver)?
    private var wait = Wait.nothing
    private var isProcessing = false
    private var isClosed = false
    private var readIsHeld = false
    private var draining = Draining.no

    private var record: AssociationRecord
    private var artim: Scheduled<Void>?
    private var watchdog: Watchdog?
    private var nextWatch: Scheduled<Void>?

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
        guard let drain = event as? Drain else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard case .no = draining else { return }
        draining = .afterMessage(drain)
        drainIfIdle()
    }

    // MARK: Processing

    /// Whether the peer has to wait: for the application, or until it takes our responses off its connection.
    private var isBlocked: Bool {
        if case .nothing = wait { return context?.channel.isWritable == false }
        return true
    }

    /// Works off what has come, until nothing whole is left or the application has to be waited for.
    ///
    /// A future that is complete at once calls back in here: the loop that runs already then just goes on.
    private func process() {
        guard !isProcessing else { return }
        isProcessing = true
        while !isBlocked, processNext() {}
        isProcessing = false
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

    private func stopDecoding() {
        isDecodable = false
        received = ByteBuffer()
    }

    /// Does what the upper layer's machine says. The cause is noted if we abort.
    private func perform(_ action: AssociationStateMachine.Action, cause: AssociationEnd.AbortCause? = nil) {
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
            send([pdu])
            startARTIM()
        case .abortAndStartTimer(let abort):
            noteEnd(sending: .abort(abort), cause: cause)
            endTransfer()
            send([.abort(abort)])
            startARTIM()
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
        } else if case .no = draining {
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
        perform(machine.accepted(policy.accept(request, contexts: contexts)))
        watchdog = Watchdog(timeouts: timeouts, now: now)
        watch()
        service.associationAccepted(association)
    }

    // MARK: Messages

    private func receive(_ value: PresentationDataValue) {
        guard machine.state == .sta6 else { return }
        if !isInsideMessage, isDraining { return abort(.drained) }
        do {
            guard let action = try operations?.receive(value) else { return }
            perform(action)
        } catch {
            if let reason = error.abortReason {
                perform(machine.receivedInvalidPDU(reason), cause: .message(error))
            } else {
                abort(.message(error))
            }
        }
    }

    private func perform(_ action: OperationStateMachine.Action) {
        switch action {
        case .none: break
        case .decideStore(let request): begin(request)
        case .deliver(let fragment, let isLast): deliver(fragment, isLast: isLast)
        case .finish: finish()
        case .respond(let response): respond(response)
        }
    }

    private func begin(_ request: CStoreRequest) {
        guard let association = record.association, let eventLoop else { return }
        switch service.instanceBegins(request, on: association, eventLoop: eventLoop) {
        case .receive(let receiver):
            self.receiver = receiver
            operations?.storeAccepted()
        case .refuse(let status, let comment):
            operations?.storeRefused(StoreOutcome(status: status, errorComment: comment))
        }
    }

    private func deliver(_ fragment: ByteBuffer, isLast: Bool) {
        guard let receiver, let eventLoop else { return }
        record.instanceReceived(bytes: fragment.readableBytes)
        guard fragment.readableBytes > 0, let taken = receiver.receive(fragment) else {
            if isLast { finish() }
            return
        }
        wait = .delivery(isLast: isLast)
        taken.hop(to: eventLoop).assumeIsolated().whenComplete { result in
            self.deliveryEnded(result, to: receiver)
        }
    }

    private func deliveryEnded(_ result: Result<Void, any Error>, to receiver: any InstanceReceiver) {
        // The association may have ended meanwhile.
        guard self.receiver === receiver, case .delivery(let isLast) = wait else { return }
        resume()
        if case .failure = result { operations?.deliveryFailed() }
        if isLast { finish() }
        process()
    }

    private func finish() {
        guard let receiver, let eventLoop else { return }
        wait = .outcome
        receiver.finish().hop(to: eventLoop).assumeIsolated().whenComplete { result in
            self.finished(result, receiver)
        }
    }

    private func finished(_ result: Result<StoreOutcome, any Error>, _ receiver: any InstanceReceiver) {
        guard self.receiver === receiver else { return }
        self.receiver = nil
        resume()
        // It was promised not to fail; if it does all the same, the sender is to try again.
        let outcome = (try? result.get()) ?? StoreOutcome(status: .outOfResources)
        if let action = operations?.finished(outcome) { perform(action) }
        reportIfEnded()
        process()
    }

    private func resume() {
        wait = .nothing
        watchdog?.progressed(at: now)
    }

    /// The association may have ended before the outcome was known: then it is only counted.
    private func respond(_ response: DIMSEResponse) {
        if let status = response.storeStatus { record.instanceAnswered(status) }
        guard machine.state == .sta6 else { return }
        send(ResponseFragmenter.pdus(for: response, maximumLength: record.request?.userInformation.maximumLength))
        drainIfIdle()
    }

    // MARK: Ends

    private func abort(_ cause: AssociationEnd.AbortCause) {
        perform(machine.abortRequested(), cause: cause)
    }

    /// No further PDV is taken. A data set that is not whole is given up; one that is whole is let be finished.
    private func endTransfer() {
        values.removeAll()
        nextWatch?.cancel()
        nextWatch = nil
        if case .outcome = wait { return }
        wait = .nothing
        guard let receiver else { return }
        self.receiver = nil
        record.instanceCancelled()
        receiver.cancel()
    }

    private var isDraining: Bool {
        if case .no = draining { false } else { true }
    }

    /// An association that waits for nothing is ended at once, or after the grace.
    private func drainIfIdle() {
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

    private func open() {
        guard machine.state == .sta1, !isClosed else { return }
        record.opened = now
        record.peer = context?.remoteAddress
        perform(machine.connectionOpened())
    }

    private func close() {
        isClosed = true
        perform(machine.connectionClosed())
        stopARTIM()
        endTransfer()
        stopDecoding()
        reportIfEnded()
    }

    /// Tells the application once, when the connection is gone and no outcome is outstanding.
    private func reportIfEnded() {
        guard isClosed, receiver == nil, let summary = record.summary(at: now) else { return }
        service.associationEnded(summary)
    }

    // MARK: Time

    private var now: NIODeadline { eventLoop?.now ?? record.opened }

    private var isInsideMessage: Bool { operations?.isInsideMessage == true }

    private func startARTIM() {
        stopARTIM()
        artim = eventLoop?.assumeIsolated().scheduleTask(in: timeouts.artim) {
            self.record.note(.timedOut(.artim))
            self.perform(self.machine.timerExpired())
        }
    }

    private func stopARTIM() {
        artim?.cancel()
        artim = nil
    }

    private func watch() {
        guard machine.state == .sta6, let watchdog else { return }
        var isWaiting = true
        if case .nothing = wait { isWaiting = false }
        switch watchdog.check(at: now, isInsideMessage: isInsideMessage, isWaitingForApplication: isWaiting) {
        case .askAgain(let delay):
            nextWatch = eventLoop?.assumeIsolated().scheduleTask(in: delay) { self.watch() }
        case .expired(let timeout):
            record.note(.timedOut(timeout))
            perform(machine.abortRequested())
        }
    }

    // MARK: Writing

    /// All in one write, or a sender's delayed acknowledgement costs 40 ms.
    private func send(_ pdus: [PDU]) {
        guard let context else { return }
        var buffer = context.channel.allocator.buffer(capacity: 256)
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: nil)
    }
}
