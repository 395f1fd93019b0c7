// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOEmbedded
import Testing

@Suite("PROXY header of a connection")
struct ProxyProtocolHandlerTests {
    private final class Listener: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var addresses: [SocketAddress] = []
        var errors: [any Error] = []

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let known = event as? PeerAddressKnown { addresses.append(known.address) }
            context.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            errors.append(error)
        }
    }

    private let channel = EmbeddedChannel()
    private let listener = Listener()

    init() throws {
        try channel.pipeline.syncOperations.addHandlers([ProxyProtocolHandler(isRequired: true), listener])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 104)).wait()
    }

    private var isDone: Bool {
        (try? channel.pipeline.syncOperations.handler(type: ProxyProtocolHandler.self)) == nil
    }

    private func send(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    @Test("After a complete header the address is reported, the data is passed on, and the handler is removed")
    func whole() throws {
        try send(ProxySamples.ipv4 + [1, 2])
        #expect(listener.addresses.map(\.ipAddress) == ["203.0.113.7"])
        #expect(try channel.readInbound() == ByteBuffer(bytes: [1, 2]))
        #expect(isDone)
        try send([3])
        #expect(try channel.readInbound() == ByteBuffer(bytes: [3]))
    }

    @Test("Fed byte by byte, nothing is passed on before the header is complete")
    func byteByByte() throws {
        for byte in ProxySamples.ipv6 {
            #expect(!isDone)
            try send([byte])
        }
        #expect(isDone)
        #expect(listener.addresses.map(\.ipAddress) == ["2001:db8::7"])
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
        #expect(channel.isActive)
    }

    @Test("A LOCAL header, the load balancer's own, reports no address")
    func local() throws {
        try send(ProxySamples.local)
        #expect(isDone)
        #expect(listener.addresses.isEmpty)
        #expect(channel.isActive)
    }

    @Test("A DICOM peer without a header is refused at its first byte")
    func missing() throws {
        try send([0x01])
        #expect(
            listener.errors as? [ProxyHeaderError]
                == [.otherProtocol(.dicom)])
        #expect(!channel.isActive)
    }

    @Test("A connection that ends inside the header is closed without an error")
    func ended() throws {
        try send(Array(ProxySamples.ipv4.prefix(20)))
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(!channel.isActive)
        #expect(listener.errors.isEmpty)
        #expect(try channel.readInbound(as: ByteBuffer.self) == nil)
    }

    @Test("The association's peer is the client of the load balancer")
    func association() throws {
        let peer = try EmbeddedPeer()
        try peer.channel.pipeline.syncOperations.addHandler(ProxyProtocolHandler(isRequired: true), position: .first)
        var bytes = ByteBuffer(bytes: ProxySamples.ipv4)
        PDUEncoder.encode(.associateRQ(Samples.request), into: &bytes)
        try peer.channel.writeInbound(bytes)
        #expect(peer.service.accepted.map { $0.peer?.ipAddress } == ["203.0.113.7"])
        try peer.close()
        #expect(peer.service.summaries.map { $0.peer?.ipAddress } == ["203.0.113.7"])
    }

    @Test("A connection that sends only a header, such as a health check, has no summary")
    func probe() throws {
        let peer = try EmbeddedPeer()
        try peer.channel.pipeline.syncOperations.addHandler(ProxyProtocolHandler(isRequired: true), position: .first)
        try peer.channel.writeInbound(ByteBuffer(bytes: ProxySamples.local))
        try peer.close()
        #expect(peer.service.summaries.isEmpty)
    }

    @Test("A connection whose header is never completed ends with ARTIM")
    func stalled() throws {
        var timeouts = AssociationTimeouts()
        timeouts.artim = .seconds(3)
        let peer = try EmbeddedPeer(timeouts: timeouts)
        try peer.channel.pipeline.syncOperations.addHandler(ProxyProtocolHandler(isRequired: true), position: .first)
        try peer.channel.writeInbound(ByteBuffer(bytes: ProxySamples.signature))
        peer.advance(by: .seconds(3))
        #expect(!peer.channel.isActive)
        #expect(peer.service.summaries.isEmpty)
    }
}
