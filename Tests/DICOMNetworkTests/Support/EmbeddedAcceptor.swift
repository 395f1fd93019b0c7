// SPDX-License-Identifier: Apache-2.0

import DICOM
import NIOCore
import NIOEmbedded

@testable import DICOMNetwork

/// The called side of an association that we request, in memory and with a clock that the test advances.
final class EmbeddedAcceptor {
    /// Takes the place of the socket: can keep writes from reaching the peer.
    private final class Socket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        var holdsWrites = false
        private var held: [EventLoopPromise<Void>?] = []

        func handlerRemoved(context: ChannelHandlerContext) {
            for promise in held { promise?.fail(ChannelError.ioOnClosedChannel) }
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if holdsWrites {
                held.append(promise)
            } else {
                context.write(data, promise: promise)
            }
        }
    }

    let channel = EmbeddedChannel()
    let handler: RequestorHandler
    private let socket = Socket()

    init(
        request: AAssociateRQ = Samples.request, limits: RequestorLimits = RequestorLimits(),
        answer: @escaping RequestorHandler.Answer = { _, _ in nil }
    ) throws {
        handler = RequestorHandler(request: request, eventLoop: channel.eventLoop, limits: limits, answer: answer)
        try channel.pipeline.syncOperations.addHandlers([socket, handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 104)).wait()
    }

    /// Accepts the contexts of `Samples.request` but the last.
    static func accepted(
        maximumLength: UInt32? = 16384, limits: RequestorLimits = RequestorLimits(),
        answer: @escaping RequestorHandler.Answer = { _, _ in nil }
    ) throws -> EmbeddedAcceptor {
        let acceptor = try EmbeddedAcceptor(limits: limits, answer: answer)
        _ = try acceptor.received()
        try acceptor.send(.associateAC(acceptance(maximumLength: maximumLength)))
        return acceptor
    }

    static func acceptance(maximumLength: UInt32? = 16384) -> AAssociateAC {
        let syntax = TransferSyntax.implicitVRLittleEndian.uid
        return AAssociateAC(
            answering: Samples.request,
            presentationContexts: [
                PresentationContextAnswer(id: 1, result: .acceptance, transferSyntax: syntax),
                PresentationContextAnswer(id: 3, result: .acceptance, transferSyntax: syntax),
                PresentationContextAnswer(id: 5, result: .abstractSyntaxNotSupported, transferSyntax: syntax),
            ],
            userInformation: UserInformation(maximumLength: maximumLength))
    }

    func holdWrites() {
        socket.holdsWrites = true
    }

    func send(_ pdus: PDU...) throws {
        var buffer = ByteBuffer()
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        try channel.writeInbound(buffer)
    }

    func send(bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    func respond(
        to messageID: UInt16, field: CommandField = .cStoreRSP, status: UInt16 = 0,
        context: UInt8 = Samples.storageContext
    ) throws {
        var command = CommandSet()
        command.set(.commandField, field.rawValue)
        command.set(.messageIDBeingRespondedTo, messageID)
        command.set(.commandDataSetType, CommandSet.noDataSet)
        command.set(.status, status)
        try send(Samples.data(Samples.value(command, context: context)))
    }

    /// The PDUs sent to the peer since the last call.
    func received() throws -> [PDU] {
        var bytes = ByteBuffer()
        while let write = try channel.readOutbound(as: ByteBuffer.self) { bytes.writeImmutableBuffer(write) }
        var decoder = PDUDecoder()
        var pdus: [PDU] = []
        while let pdu = try decoder.decode(buffer: &bytes) { pdus.append(pdu) }
        return pdus
    }

    func invokeStore() throws -> EventLoopFuture<ReceivedMessage> {
        try handler.invoke(Samples.storeCommand(messageID: 0), on: Samples.storageContext)
    }

    func sendDataSet(_ bytes: [UInt8], isLast: Bool = true) -> EventLoopFuture<Void> {
        handler.sendDataSet(ByteBuffer(bytes: bytes), on: Samples.storageContext, isLast: isLast)
    }

    func advance(by time: TimeAmount) {
        channel.embeddedEventLoop.advanceTime(by: time)
    }

    func close() throws {
        try channel.close().wait()
        channel.embeddedEventLoop.run()
    }

    var isClosed: Bool { !channel.isActive }
}
