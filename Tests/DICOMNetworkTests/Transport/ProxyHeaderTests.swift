// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Testing

@Suite("PROXY header")
struct ProxyHeaderTests {
    static let whole: [(bytes: [UInt8], command: ProxyHeader.Command, address: String?, port: Int?)] = [
        (ProxySamples.ipv4, .proxy, "203.0.113.7", 40000),
        (ProxySamples.ipv6, .proxy, "2001:db8::7", 40000),
        (ProxySamples.local, .local, nil, nil),
        (ProxySamples.awsHealthCheck, .local, nil, nil),
        (ProxySamples.header(command: 0x20, family: 0x00, body: []), .local, nil, nil),
        // LOCAL: the family must be ignored, even if it is not assigned.
        (ProxySamples.header(command: 0x20, family: 0xFF, body: [1]), .local, nil, nil),
        // PROXY of an unspecified family, of UDP and of Unix sockets: no address.
        (ProxySamples.header(family: 0x00, body: [1, 2, 3]), .proxy, nil, nil),
        (ProxySamples.header(family: 0x12, body: Array(repeating: 1, count: 12)), .proxy, nil, nil),
        (ProxySamples.header(family: 0x31, body: Array(repeating: 0, count: 216)), .proxy, nil, nil),
        // The longest body that is accepted.
        (ProxySamples.header(family: 0x00, body: Array(repeating: 0, count: 4096)), .proxy, nil, nil),
        (ProxySamples.lineIPv4, .proxy, "203.0.113.7", 40000),
        (ProxySamples.lineIPv6, .proxy, "2001:db8::7", 40000),
        (ProxySamples.lineUnknown, .proxy, nil, nil),
        // Everything after UNKNOWN must be ignored. This is the longest line of the specification.
        (Array("PROXY UNKNOWN \(longest) \(longest) 65535 65535\r\n".utf8), .proxy, nil, nil),
    ]

    private static let longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

    @Test("A complete header is removed, and nothing after it", arguments: whole.indices)
    func valid(_ index: Int) throws {
        let sample = Self.whole[index]
        var buffer = ByteBuffer(bytes: sample.bytes + [1, 2, 3])
        let header = try #require(try ProxyHeader.decode(from: &buffer))
        #expect(header.command == sample.command)
        #expect(header.source?.ipAddress == sample.address)
        #expect(header.source?.port == sample.port)
        #expect(buffer == ByteBuffer(bytes: [1, 2, 3]))
    }

    @Test("A header cut at any offset is left in the buffer until its rest arrives", arguments: whole.indices)
    func truncated(_ index: Int) throws {
        let bytes = Self.whole[index].bytes
        for length in bytes.indices {
            var buffer = ByteBuffer(bytes: bytes[..<length])
            #expect(try ProxyHeader.decode(from: &buffer) == nil)
            #expect(buffer.readableBytes == length)
        }
    }

    @Test("A header fed byte by byte is the same header", arguments: whole.indices)
    func byteByByte(_ index: Int) throws {
        let bytes = Self.whole[index].bytes
        var whole = ByteBuffer(bytes: bytes)
        var buffer = ByteBuffer()
        var headers: [ProxyHeader] = []
        for byte in bytes {
            buffer.writeInteger(byte)
            if let header = try ProxyHeader.decode(from: &buffer) { headers.append(header) }
        }
        #expect(try headers == [#require(try ProxyHeader.decode(from: &whole))])
    }

    @Test("A wrong byte of the signature is refused as soon as it arrives", arguments: ProxySamples.signature.indices)
    func signature(_ offset: Int) {
        let expected = ProxySamples.signature[offset]
        var buffer = ByteBuffer(bytes: ProxySamples.signature[..<offset] + [expected ^ 1])
        #expect(throws: ProxyHeaderError.signatureNotAllowed(offset: offset, byte: expected ^ 1, expected: expected)) {
            try ProxyHeader.decode(from: &buffer)
        }
    }

    @Test(
        "Every other version or command is refused as soon as it arrives",
        arguments: (0...255).filter { $0 & 0xFE != 0x20 })
    func command(_ value: Int) {
        let byte = UInt8(value)
        var buffer = ByteBuffer(bytes: ProxySamples.signature + [byte])
        #expect(throws: ProxyHeaderError.versionOrCommandNotAllowed(byte)) {
            try ProxyHeader.decode(from: &buffer)
        }
    }

    @Test(
        "An unassigned family or protocol is refused as soon as it arrives", arguments: [0x41, 0x13, 0xFF] as [UInt8])
    func family(_ byte: UInt8) {
        var buffer = ByteBuffer(bytes: ProxySamples.signature + [0x21, byte])
        #expect(throws: ProxyHeaderError.familyOrProtocolNotAllowed(byte)) {
            try ProxyHeader.decode(from: &buffer)
        }
    }

    @Test("A length above the limit is refused before the body arrives", arguments: [0x20, 0x21] as [UInt8])
    func tooLong(command: UInt8) {
        var buffer = ByteBuffer(bytes: ProxySamples.signature + [command, 0x11, 0x10, 0x01])
        #expect(throws: ProxyHeaderError.lengthExceedsMaximum(length: 4097, maximum: 4096)) {
            try ProxyHeader.decode(from: &buffer)
        }
    }

    @Test(
        "A length too short for the addresses is refused",
        arguments: [(0x11, 0, 12), (0x11, 11, 12), (0x21, 35, 36)] as [(UInt8, UInt8, UInt16)])
    func tooShort(family: UInt8, length: UInt8, minimum: UInt16) {
        var buffer = ByteBuffer(bytes: ProxySamples.signature + [0x21, family, 0, length])
        #expect(
            throws: ProxyHeaderError.lengthTooShort(family: family, length: UInt16(length), minimum: minimum)
        ) {
            try ProxyHeader.decode(from: &buffer)
        }
    }

    @Test("A wrong byte in the first word of version 1 is refused as soon as it arrives", arguments: 1..<6)
    func firstWord(_ offset: Int) {
        let expected = ProxySamples.lineIPv4[offset]
        var buffer = ByteBuffer(bytes: ProxySamples.lineIPv4[..<offset] + [expected ^ 1])
        #expect(throws: ProxyHeaderError.signatureNotAllowed(offset: offset, byte: expected ^ 1, expected: expected)) {
            try ProxyHeader.decode(from: &buffer)
        }
    }

    @Test("A line of version 1 is refused when 107 bytes arrived without its end, and not before")
    func endless() throws {
        var buffer = ByteBuffer(string: "PROXY UNKNOWN " + String(repeating: "x", count: 92))
        #expect(try ProxyHeader.decode(from: &buffer) == nil)
        buffer.writeString("x")
        #expect(throws: ProxyHeaderError.lineTooLong(maximum: 107)) { try ProxyHeader.decode(from: &buffer) }
        buffer.writeString("\r\n")
        #expect(throws: ProxyHeaderError.lineTooLong(maximum: 107)) { try ProxyHeader.decode(from: &buffer) }
    }

    @Test(
        "A line of version 1 that does not follow the specification is refused",
        arguments: [
            ("TCP4 203.0.113.7 192.0.2.1 40000 104\n", .ending),
            ("TCP4 203.0.113.7 192.0.2.1 40000\r\n", .ending),
            ("TCP4 203.0.113.7 192.0.2.1 40000 104 \r\n", .ending),
            ("TCP5 203.0.113.7 192.0.2.1 40000 104\r\n", .family), ("\r\n", .family),
            ("TCP4  203.0.113.7 192.0.2.1 40000\r\n", .port),
            ("TCP4 2001:db8::7 192.0.2.1 40000 104\r\n", .address),
            ("TCP6 2001:db8::7 192.0.2.1 40000 104\r\n", .address),
            ("TCP4 203.0.113 192.0.2.1 40000 104\r\n", .address),
            ("TCP4 203.0.113.7 192.0.2.1 65536 104\r\n", .port),
            ("TCP4 203.0.113.7 192.0.2.1 +40 104\r\n", .port),
            ("TCP4 203.0.113.7 192.0.2.1 40000 \r\n", .port),
        ] as [(String, ProxyHeader.LineField)])
    func line(_ text: String, _ field: ProxyHeader.LineField) {
        var buffer = ByteBuffer(string: "PROXY " + text)
        #expect(throws: ProxyHeaderError.lineFieldNotAllowed(field)) { try ProxyHeader.decode(from: &buffer) }
    }
}
