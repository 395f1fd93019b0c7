// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore

/// The acceptor's end of one association: does on one channel what the state machines say.
///
/// It decodes the received bytes one PDU at a time and asks the application through `AssociationService`. While it
/// waits for the application it decodes nothing and reads nothing more: bytes that the socket already gave are kept in
/// order.
package final class AssociationHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundIn = Never
    package typealias OutboundOut = ByteBuffer

    let service: any AssociationService
    /// `nil` if the process does not watch its connections.
    let connection: (any WatchedConnection)?
    private let isUnderTLS: Bool
    let limits: AssociationLimits
    let timeouts: AssociationTimeouts

    var context: ChannelHandlerContext?
    /// Kept when the context is gone.
    var eventLoop: (any EventLoop)?
    var machine = AssociationStateMachine()
    var flow = AssociationFlow()
    var requestMemory = RequestMemory()
    var operations: OperationStateMachine?
    var decoder: PDUDecoder
    /// Bytes received and not decoded yet. Empty after a framing error.
    private(set) var received = ByteBuffer()
    private(set) var isDecodable = true
    /// Decoded PDVs that were not processed yet.
    var values = CircularBuffer<PresentationDataValue>()
    /// Takes the data set that is being received.
    var receiver: (any DataSetReceiver)?
    /// Whether it is that of an instance.
    var isReceivingInstance = false

    var record: AssociationRecord
    var artim: Scheduled<Void>?
    var watchdog: Watchdog?
    var nextWatch: Scheduled<Void>?
    var notifications = Notifications()

    package init(
        service: any AssociationService, limits: AssociationLimits = AssociationLimits(),
        timeouts: AssociationTimeouts = AssociationTimeouts(), connection: (any WatchedConnection)? = nil,
        isUnderTLS: Bool = false, id: String = AssociationHandler.randomID()
    ) {
        self.service = service
        self.connection = connection
        self.isUnderTLS = isUnderTLS
        self.limits = limits
        self.timeouts = timeouts
        record = AssociationRecord(id: id)
        decoder = PDUDecoder(limits: limits)
        decoder.refuseData()
    }

    /// Sets up a channel for one association; for `childChannelInitializer`.
    package static func addHandlers(
        to channel: any Channel, service: any AssociationService, limits: AssociationLimits = AssociationLimits(),
        timeouts: AssociationTimeouts = AssociationTimeouts(), connection: (any WatchedConnection)? = nil,
        isUnderTLS: Bool = false
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(
                AssociationHandler(
                    service: service, limits: limits, timeouts: timeouts, connection: connection,
                    isUnderTLS: isUnderTLS))
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
        if flow.readRequested(conditions) == .read { context.read() }
    }

    package func channelWritabilityChanged(context: ChannelHandlerContext) {
        process()
        context.fireChannelWritabilityChanged()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // The connection is broken, or a handler before this one gave up: no answer would reach the peer.
        context.close(promise: nil)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let known = event as? PeerAddressKnown {
            record.peer = known.address
            connection?.peerIsKnown(known.address)
        }
        if let displace = event as? Displace { return self.displace(displace.reason) }
        if event as? ChannelEvent == .inputClosed { return inputEnded() }
        if event is CutOff {
            record.note(.abortedByUs(.drained))
            context.close(promise: nil)
            return
        }
        guard let drain = event as? Drain else {
            context.fireUserInboundEventTriggered(event)
            return
        }
        guard flow.drainRequested(drain) == .begin else { return }
        if artim != nil { startARTIM() }
        drainNotifications()
        drainIfIdle()
    }

    // MARK: Processing

    var conditions: AssociationFlow.Conditions {
        AssociationFlow.Conditions(
            isInsideMessage: isInsideMessage, isWritable: context?.channel.isWritable != false,
            heldResponses: notifications.heldResponses.count, isNotifying: notifications.flow.isSending,
            awaitsAnswer: notifications.flow.isAwaitingAnswer)
    }

    var isBlocked: Bool { flow.isBlocked(conditions) }

    /// A peer that takes a message of ours may have to do that before it can go on.
    var isWaitingForApplication: Bool {
        notifications.flow.isSending || flow.isWaitingForApplication(isInsideMessage: isInsideMessage)
    }

    /// Processes the received bytes until no whole PDU or PDV is left or we have to wait.
    func process() {
        guard flow.processingRequested() == .begin else { return }
        while !isBlocked, processNext() {}
        flow.processingEnded()
        releaseBuffer()
        noteWait()
        tellConnection()
        drainIfIdle()
        closeIfInputHasEnded()
        notifyIfIdle()
        if flow.checkHeldRead(conditions) == .read { context?.read() }
    }

    /// Others wait for the large buffers that reads go into: a short rest is copied out.
    private func releaseBuffer() {
        if received.readableBytes == 0 {
            received = ByteBuffer()
        } else if !isBlocked, received.capacity > 2 * received.readableBytes {
            received = ByteBuffer(buffer: received)
        }
    }

    private func letOthersGoOn() {
        guard let eventLoop else { return }
        service.nextTurn(on: eventLoop).hop(to: eventLoop).assumeIsolated().whenComplete { _ in
            self.flow.turnCame()
            self.process()
        }
    }

    private func tellConnection() {
        guard let connection else { return }
        connection.setSilentSince(isWaitingForApplication ? .distantFuture : now)
        let action = requestMemory.processed(
            in: machine.state, inputHasEnded: flow.inputHasEnded,
            capacity: received.readableBytes > 0 ? received.capacity : 0)
        if case .tell(let bytes) = action { connection.requestHolds(bytes) }
    }

    /// False when no whole PDU or PDV is left.
    private func processNext() -> Bool {
        if let value = values.popFirst() {
            process(value)
            return true
        }
        guard isDecodable else { return false }
        if machine.state == .sta2,
            flow.requestBuffered(bytes: received.readableBytes, isWhole: decoder.holdsWholePDU(received)) == .yield
        {
            letOthersGoOn()
            return true
        }
        do {
            return try processPDU()
        } catch {
            invalidPDU(error)
            return true
        }
    }

    private func process(_ value: PresentationDataValue) {
        receive(value)
        // A P-DATA-TF of which only a few bytes arrive at a time is not progress.
        if values.isEmpty, !decoder.isInsideDataTF {
            watchdog?.progressed(at: now, isInsideMessage: isInsideMessage)
        }
        if flow.valueProcessed(endsCommand: value.isCommand && value.isLast) == .yield { letOthersGoOn() }
    }

    private func processPDU() throws(PDUDecodingError) -> Bool {
        let length = received.readableBytes
        guard let pdu = try decoder.decode(buffer: &received) else { return false }
        let state = machine.state
        switch pdu {
        case .associateRQ(let request) where state == .sta2:
            decoder.requestReceived()
            requestMemory.requestDecoded(length: length - received.readableBytes)
            record.callingAETitle = request.callingAETitle.value
            record.calledAETitle = request.calledAETitle.value
            service.received(request, from: record.peer, association: record.id)
        case .abort(let abort): record.note(.abortedByPeer(abort))
        default: break
        }
        perform(machine.received(pdu), cause: .unexpectedPDU(pdu.type, state))
        return true
    }

    private func invalidPDU(_ error: PDUDecodingError) {
        var other: WireProtocol?
        // In Sta2 these are the first bytes of the connection.
        if case .unrecognizedType = error, machine.state == .sta2 {
            other = WireProtocol(beginning: received.readableBytesView)
        }
        stopDecoding()
        guard let other else {
            return perform(machine.receivedInvalidPDU(error.abortReason), cause: .invalidPDU(error))
        }
        // A peer that does not speak DICOM does not understand an A-ABORT, and does not close the connection after it.
        abort(.otherProtocol(other, isUnderTLS: isUnderTLS))
        context?.close(promise: nil)
    }

    /// A sender that gives up while we wait for the application sends an A-ABORT, which was not decoded yet.
    func noteUnreadAbort() {
        guard isDecodable, isWaitingForApplication else { return }
        while let pdu = try? decoder.decode(buffer: &received) {
            if case .abort(let abort) = pdu { return record.note(.abortedByPeer(abort)) }
        }
    }

    func stopDecoding() {
        isDecodable = false
        received = ByteBuffer()
    }
}
