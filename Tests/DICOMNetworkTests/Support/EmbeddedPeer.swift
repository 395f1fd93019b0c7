// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOEmbedded

/// The calling side of an association, in memory and with a clock that the test advances.
final class EmbeddedPeer {
    /// Takes the place of the socket: counts the reads that reach it, and can fail when it is written to.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        var count = 0
        var breaksOnWrite = false
        var holdsWrites = false
        private var held: [(data: NIOAny, promise: EventLoopPromise<Void>?)] = []
        private var context: ChannelHandlerContext?

        func handlerAdded(context: ChannelHandlerContext) {
            self.context = context
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            for write in held { write.promise?.fail(ChannelError.ioOnClosedChannel) }
        }

        func releaseWrites() {
            holdsWrites = false
            while !held.isEmpty {
                let write = held.removeFirst()
                context?.writeAndFlush(write.data, promise: write.promise)
            }
        }

        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if breaksOnWrite {
                context.close(promise: nil)
            } else if holdsWrites {
                held.append((data, promise))
            } else {
                context.write(data, promise: promise)
            }
        }
    }

    let service = ScriptedService()
    let channel: EmbeddedChannel
    let handler: AssociationHandler
    private let socket = Socket()

    init(timeouts: AssociationTimeouts = AssociationTimeouts(), isUnderTLS: Bool = false) throws {
        channel = EmbeddedChannel()
        handler = AssociationHandler(service: service, timeouts: timeouts, isUnderTLS: isUnderTLS, id: "test")
        try channel.pipeline.syncOperations.addHandlers([socket, handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 104)).wait()
    }

    /// Connects, and has the contexts of `Samples.request` accepted.
    static func associated(maximumLength: UInt32? = 16384) throws -> EmbeddedPeer {
        let peer = try EmbeddedPeer()
        var request = Samples.request
        request.userInformation.maximumLength = maximumLength
        try peer.send(.associateRQ(request))
        guard case .associateAC? = try peer.answers().first else { throw NotAccepted() }
        return peer
    }

    /// The same with a context for storage commitment.
    static func committing(maximumLength: UInt32? = 16384) throws -> EmbeddedPeer {
        let peer = try EmbeddedPeer()
        peer.service.decision = .accept(MemoryService.committingPolicy)
        var request = Samples.committingRequest
        request.userInformation.maximumLength = maximumLength
        try peer.send(.associateRQ(request))
        guard case .associateAC? = try peer.answers().first else { throw NotAccepted() }
        return peer
    }

    struct NotAccepted: Error {}

    func breakOnWrite() {
        socket.breaksOnWrite = true
    }

    /// From now on nothing that is written reaches the peer.
    func holdWrites() {
        socket.holdsWrites = true
    }

    /// What was held reaches the peer.
    func releaseWrites() {
        socket.releaseWrites()
    }

    /// The command fields of the messages received since the last call.
    func commandFields() throws -> [UInt16] {
        var assembler = MessageAssembler()
        var fields: [UInt16] = []
        for case .dataTF(let data) in try answers() {
            for value in data.values {
                if case .command(let command, _) = try assembler.receive(value) {
                    fields.append(try command.uint16(.commandField))
                }
            }
        }
        return fields
    }

    /// Fires the event of a channel whose peer has ended its side.
    func endInput() {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.run()
    }

    func send(_ pdus: PDU...) throws {
        var buffer = ByteBuffer()
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        try channel.writeInbound(buffer)
    }

    func send(bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    /// The writes since the last call.
    func writes() throws -> [ByteBuffer] {
        var writes: [ByteBuffer] = []
        while let write = try channel.readOutbound(as: ByteBuffer.self) { writes.append(write) }
        return writes
    }

    func answers() throws -> [PDU] {
        var bytes = ByteBuffer()
        for write in try writes() { bytes.writeImmutableBuffer(write) }
        var decoder = PDUDecoder()
        var pdus: [PDU] = []
        while let pdu = try decoder.decode(buffer: &bytes) { pdus.append(pdu) }
        return pdus
    }

    /// The command sets received since the last call.
    func responses() throws -> [CommandSet] {
        var commands: [CommandSet] = []
        var gathered = ByteBuffer()
        for case .dataTF(let data) in try answers() {
            for value in data.values {
                gathered.writeImmutableBuffer(value.fragment)
                guard value.isLast else { continue }
                commands.append(try CommandSet(decoding: gathered))
                gathered.clear()
            }
        }
        return commands
    }

    /// Whether a read requested now reaches the socket.
    func readReachesSocket() -> Bool {
        let before = socket.count
        channel.read()
        channel.embeddedEventLoop.run()
        return socket.count > before
    }

    var readCount: Int { socket.count }

    func advance(by time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }

    func close() throws {
        try channel.close().wait()
        channel.embeddedEventLoop.run()
    }
}
