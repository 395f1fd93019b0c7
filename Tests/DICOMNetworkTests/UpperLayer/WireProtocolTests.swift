// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Testing

/// Peers that speak another protocol to a DICOM port.
@Suite("Other protocols")
struct WireProtocolTests {
    private static let proxyHeader: [UInt8] = [
        0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21,
    ]

    @Test(
        "The first bytes tell the protocol; the first byte is enough if no other protocol begins with it",
        arguments: [
            ([1, 0, 0, 0, 0, 0xD1], .dicom), ([1], .dicom),
            ([0x16, 0x03, 0x01, 0x02, 0x00, 0x01], .tls), ([0x16], .tls), ([0x16, 0x02], nil),
            (Array("GET / HTTP/1.1\r\n".utf8), .http), (Array("PUT".utf8), .http), (Array("GETS".utf8), nil),
            (Array("PRI * HTTP/2.0\r\n".utf8), .http),
            (proxyHeader, .proxy), (Array("PROXY TCP4 ".utf8), .proxy),
            ([], nil), ([8], nil), ([4, 0, 0, 0], nil), (Array("MSH|".utf8), nil),
        ] as [([UInt8], WireProtocol?)])
    func beginnings(_ bytes: [UInt8], _ spoken: WireProtocol?) {
        #expect(WireProtocol(beginning: bytes) == spoken)
    }

    @Test(
        "Another protocol on a DICOM port is named, and its connection is closed at once",
        arguments: [
            ([0x16, 0x03, 0x01, 0x02, 0x00, 0x01], false, "a TLS client hello on a port without TLS"),
            ([0x16, 0x03, 0x01, 0x02, 0x00, 0x01], true, "a TLS client hello inside TLS"),
            (Array("GET / HTTP/1.1\r\n\r\n".utf8), false, "an HTTP request on a port for DICOM"),
            (Array("GET / HTTP/1.1\r\n\r\n".utf8), true, "an HTTP request inside TLS"),
            (proxyHeader, false, "a PROXY header on a port for DICOM"),
        ] as [([UInt8], Bool, String)])
    func ends(_ bytes: [UInt8], isUnderTLS: Bool, _ text: String) throws {
        let peer = try EmbeddedPeer(isUnderTLS: isUnderTLS)
        try peer.send(bytes: bytes)
        #expect(try peer.answers() == [.abort(.serviceUser)])
        peer.channel.embeddedEventLoop.run()
        #expect(!peer.channel.isActive)
        #expect(peer.service.summaries.map { "\($0.end)" } == ["aborted by us: \(text)"])
    }

    @Test("During an association the same bytes are an unknown PDU")
    func later() throws {
        let peer = try EmbeddedPeer.associated()
        try peer.send(bytes: [0x16, 0x03, 0x01])
        #expect(try peer.answers() == [.abort(AAbort(.unrecognizedPDU))])
        try peer.close()
        #expect(
            peer.service.summaries.map { "\($0.end)" }
                == ["aborted by us: invalid PDU: PDU type 16H does not exist"])
    }
}
