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

    /// An inbound user event: finish the instances in flight, then end the association.
    ///
    /// An association without an instance in flight may still be released by the peer within the grace; then we ask for
    /// its release. When the peer begins something new, it is aborted (source service user).
    package struct Drain: Hashable, Sendable {
        package let releaseGrace: TimeAmount
        /// How long a peer may take to ask, to answer or to close from then on, where that is shorter than ARTIM.
        package let closeGrace: TimeAmount

        package init(releaseGrace: TimeAmount = .zero, closeGrace: TimeAmount = .seconds(5)) {
            self.releaseGrace = releaseGrace
            self.closeGrace = closeGrace
        }
    }

    /// An inbound user event: the application can wait no longer.
    package struct CutOff: Hashable, Sendable {
        package init() {}
    }

    /// An inbound user event: others need the connection's place.
    package struct Displace: Hashable, Sendable {
        package let reason: Displacement

        package init(_ reason: Displacement) {
            self.reason = reason
        }
    }

    /// What of the application is being waited for.
    enum Wait: Hashable {
        case nothing
        /// Whether the association is accepted.
        case decision
        /// A fragment is being taken; the last one names the operation to be finished.
        case delivery(finishing: OperationStateMachine.OperationID?)
    }

    enum Draining: Hashable {
        case no
        case afterMessage(Drain)
        /// Only a release is awaited.
        case graceRuns
    }

    /// PDVs that are worked off before others have their turn, a few milliseconds at most; a message counts as several. More
    /// messages than most may have outstanding.
    private static let workInATurn = 512
    private static let workOfMessage = 16
    /// Bytes of an A-ASSOCIATE-RQ that is read in a turn of its own: the longest take some milliseconds.
    private static let longRequest = 16 << 10

    let service: any AssociationService
    /// Nil: nobody watches it.
    let connection: (any WatchedConnection)?
    private let isUnderTLS: Bool
    let limits: AssociationLimits
    let timeouts: AssociationTimeouts

    var context: ChannelHandlerContext?
    /// Known from the connection on, also when the context is gone.
    var eventLoop: (any EventLoop)?
    var machine = AssociationStateMachine()
    var operations: OperationStateMachine?
    var decoder: PDUDecoder
    /// What came and is not decoded. After a framing error it stays empty.
    private(set) var received = ByteBuffer()
    /// What the connection was said to hold.
    var requestBytes = 0
    /// Of the A-ASSOCIATE-RQ that is being decided on.
    private var requestLength = 0
    private(set) var isDecodable = true
    /// PDVs that were decoded last.
    var values = CircularBuffer<PresentationDataValue>()
    /// Of the instance that is being received.
    var receiver: (any InstanceReceiver)?
    /// Those of instances that are whole, until their outcomes are known.
    var finishing: [OperationStateMachine.OperationID: any InstanceReceiver] = [:]
    /// As many of these at once as was negotiated.
    var maximumOperations = 1
    var wait = Wait.nothing
    private var isProcessing = false
    /// It is the turn of others.
    private var isPaused = false
    /// A long A-ASSOCIATE-RQ has waited for its turn.
    private var longRequestIsDue = false
    /// Since it was called, or since others had their turn.
    private var work = 0
    var isClosed = false
    /// The peer sends nothing more.
    var inputHasEnded = false
    var hasAnsweredSinceInputEnded = false
    /// Closed as soon as what was written is on its way.
    var isClosing = false
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
        guard draining == .no else { return }
        draining = .afterMessage(drain)
        closeGrace = drain.closeGrace
        if artim != nil { startARTIM() }
        drainIfIdle()
    }

    // MARK: Processing

    /// Whether the peer has to wait: for the application, or until it takes our responses off its connection. While
    /// draining, also before it may begin another message.
    var isBlocked: Bool {
        if wait != .nothing || isPaused || context?.channel.isWritable == false { return true }
        if draining != .no, !isInsideMessage { return !finishing.isEmpty }
        return finishing.count >= maximumOperations
    }

    /// Whether the peer has reason to be silent: it is held, or owed an answer and not in the midst of a message.
    var isWaitingForApplication: Bool {
        if wait != .nothing || isPaused || finishing.count >= maximumOperations { return true }
        return !isInsideMessage && !finishing.isEmpty
    }

    /// Works off what has come, until nothing whole is left or the application has to be waited for.
    ///
    /// A future that is complete at once calls back in here: the loop that runs already then just goes on.
    func process() {
        guard !isProcessing else { return }
        isProcessing = true
        work = 0
        while !isBlocked, processNext() {
            if work >= Self.workInATurn { letOthersGoOn() }
        }
        isProcessing = false
        // What was read may be in a large buffer that others wait for: of it a header may be left, or nothing.
        if received.readableBytes == 0 {
            received = ByteBuffer()
        } else if !isBlocked, received.capacity > 2 * received.readableBytes {
            received = ByteBuffer(buffer: received)
        }
        tellConnection()
        drainIfIdle()
        closeIfInputHasEnded()
        if !isBlocked, readIsHeld {
            readIsHeld = false
            context?.read()
        }
    }

    private func letOthersGoOn() {
        guard let eventLoop else { return }
        work = 0
        isPaused = true
        service.nextTurn(on: eventLoop).hop(to: eventLoop).assumeIsolated().whenComplete { _ in
            self.isPaused = false
            self.process()
        }
    }

    private func tellConnection() {
        guard let connection else { return }
        connection.setSilentSince(isWaitingForApplication ? .distantFuture : now)
        // Later PDUs of other types than P-DATA-TF are short. Of a peer that has ended its side all that the kernel held is here.
        let isHeld = (machine.state == .sta2 || inputHasEnded) && received.readableBytes > 0
        let bytes = (isHeld ? received.capacity : 0) + (machine.state == .sta3 ? requestLength : 0)
        guard bytes != requestBytes else { return }
        requestBytes = bytes
        connection.requestHolds(bytes)
    }

    /// False when nothing whole is left.
    private func processNext() -> Bool {
        if let value = values.popFirst() {
            work += value.isCommand && value.isLast ? Self.workOfMessage : 1
            receive(value)
            // A P-DATA-TF that dribbles is no progress.
            if values.isEmpty, !decoder.isInsideDataTF {
                watchdog?.progressed(at: now, isInsideMessage: isInsideMessage)
            }
            return true
        }
        guard isDecodable else { return false }
        if machine.state == .sta2, !longRequestIsDue, received.readableBytes > Self.longRequest,
            decoder.holdsWholePDU(received)
        {
            longRequestIsDue = true
            letOthersGoOn()
            return true
        }
        do {
            let length = received.readableBytes
            guard let pdu = try decoder.decode(buffer: &received) else { return false }
            let state = machine.state
            switch pdu {
            case .associateRQ(let request) where state == .sta2:
                decoder.requestReceived()
                requestLength = length - received.readableBytes
                record.callingAETitle = request.callingAETitle.value
                record.calledAETitle = request.calledAETitle.value
                service.received(request, from: record.peer, association: record.id)
            case .abort(let abort): record.note(.abortedByPeer(abort))
            default: break
            }
            perform(machine.received(pdu), cause: .unexpectedPDU(pdu.type, state))
        } catch {
            invalidPDU(error)
        }
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
        // Who does not speak DICOM does not understand an A-ABORT, and will not close on it.
        abort(.otherProtocol(other, isUnderTLS: isUnderTLS))
        context?.close(promise: nil)
    }

    /// A sender that gives up while the application is waited for sends an A-ABORT, which has not been decoded then.
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
