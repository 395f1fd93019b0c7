// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import NIOEmbedded
import Testing

/// How `PROXY_PROTOCOL=auto` treats a connection from the load balancer.
@Suite("PROXY header that may be absent")
struct OptionalProxyHeaderTests {
    private static let plain: [[UInt8]] = [
        // The beginnings of an A-ASSOCIATE-RQ and of a client hello; an HTTP request; half a signature, and something
        // else.
        [0x01, 0x00, 0x00, 0x00, 0x00, 0xD1], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], Array("POST / HTTP/1.1".utf8),
        Array("PROXIMITY".utf8), Array(ProxySamples.signature.prefix(6)) + [0x01],
    ]

    private func peer(timeouts: AssociationTimeouts = AssociationTimeouts()) throws -> EmbeddedPeer {
        let peer = try EmbeddedPeer(timeouts: timeouts)
        try peer.channel.pipeline.syncOperations.addHandler(ProxyProtocolHandler(isRequired: false), position: .first)
        return peer
    }

    /// The bytes that the handler passes on, and the addresses that it reports.
    private func pass(_ pieces: [[UInt8]]) throws -> (passed: [UInt8], addresses: [String?]) {
        let events = EventCounter()
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([ProxyProtocolHandler(isRequired: false), events])
        try channel.connect(to: SocketAddress(ipAddress: "10.0.0.5", port: 50000)).wait()
        var passed: [UInt8] = []
        for piece in pieces {
            try channel.writeInbound(ByteBuffer(bytes: piece))
            while let bytes = try channel.readInbound(as: ByteBuffer.self) { passed += bytes.readableBytesView }
        }
        #expect(channel.isActive)
        return (passed, events.addresses)
    }

    private final class EventCounter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        var addresses: [String?] = []

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if let known = event as? PeerAddressKnown { addresses.append(known.address.ipAddress) }
            context.fireUserInboundEventTriggered(event)
        }
    }

    @Test(
        "Bytes that do not begin like a header are passed on completely, and no address is reported", arguments: plain)
    func absent(_ bytes: [UInt8]) throws {
        for pieces in [[bytes], bytes.map { [$0] }] {
            let (passed, addresses) = try pass(pieces)
            #expect(passed == bytes)
            #expect(addresses.isEmpty)
        }
    }

    @Test(
        "A header of either version is removed, and its address is reported",
        arguments: [ProxySamples.ipv4, ProxySamples.lineIPv4])
    func present(_ header: [UInt8]) throws {
        for data in Self.plain {
            for pieces in [[header + data], (header + data).map { [$0] }] {
                let (passed, addresses) = try pass(pieces)
                #expect(passed == data)
                #expect(addresses == ["203.0.113.7"])
            }
        }
    }

    @Test("Only the first header is accepted: a sender behind the load balancer cannot claim another address")
    func twice() throws {
        let (passed, addresses) = try pass([ProxySamples.lineIPv4 + ProxySamples.ipv6])
        #expect(passed == ProxySamples.ipv6)
        #expect(addresses == ["203.0.113.7"])
    }

    @Test("Without a header the peer's address is that of the connection")
    func association() throws {
        let peer = try peer()
        var bytes = ByteBuffer()
        PDUEncoder.encode(.associateRQ(Samples.request), into: &bytes)
        for byte in bytes.readableBytesView { try peer.channel.writeInbound(ByteBuffer(bytes: [byte])) }
        #expect(peer.service.accepted.map { $0.peer } == [peer.channel.remoteAddress])
        try peer.close()
    }

    @Test(
        "A connection that is silent, or stops inside a possible header, ends with ARTIM",
        arguments: [[], [0x0D], Array("PROX".utf8)])
    func stalled(_ bytes: [UInt8]) throws {
        var timeouts = AssociationTimeouts()
        timeouts.artim = .seconds(3)
        let peer = try peer(timeouts: timeouts)
        if !bytes.isEmpty { try peer.channel.writeInbound(ByteBuffer(bytes: bytes)) }
        peer.advance(by: .milliseconds(2999))
        #expect(peer.channel.isActive)
        peer.advance(by: .milliseconds(1))
        #expect(!peer.channel.isActive)
        #expect(peer.service.summaries.isEmpty)
    }

    @Test("A header that is not valid after its signature is refused")
    func malformed() throws {
        let peer = try peer()
        try peer.channel.writeInbound(ByteBuffer(bytes: ProxySamples.signature + [0x31]))
        #expect(!peer.channel.isActive)
    }
}
