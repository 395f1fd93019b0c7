// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The header of HAProxy's PROXY protocol, in which a load balancer describes the connection that it passes on.
///
/// AWS's load balancers send version 2, which this file decodes; others may send version 1, a line of text.
///
/// The specification is haproxy.org's proxy-protocol.txt; the clauses below refer to it.
package struct ProxyHeader: Hashable, Sendable {
    /// Version 2 in the upper four bits, the command in the lower. §2.2.
    package enum Command: UInt8, Sendable {
        /// The load balancer speaks for itself, such as for a health check.
        case local = 0x20
        case proxy = 0x21
    }

    /// The longest addresses and type-length-values together. This limit is ours: the length field allows 64 KiB, and
    /// AWS sends fewer than 100 bytes.
    package static let maximumLength: UInt16 = 4096

    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    /// The signature, version and command, family and protocol, length.
    static let fixedLength = 16

    package let command: Command
    /// The client of the load balancer. `nil` for LOCAL, and for connections that are not TCP over IP.
    package let source: SocketAddress?

    package init(command: Command, source: SocketAddress?) {
        self.command = command
        self.source = source
    }

    /// Takes the header off the front of `buffer`; `nil`, and nothing is taken, until it is complete.
    ///
    /// The signature is checked byte by byte, so that we never wait for more from a peer that sends something else.
    package static func decode(from buffer: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        if buffer.readableBytesView.first == lineBeginning.first {
            guard try isWhole(lineBeginning, in: buffer) else { return nil }
            return try decodeLine(from: &buffer)
        }
        guard try isWhole(signature, in: buffer) else { return nil }
        return try decodeFields(from: &buffer)
    }

    /// False if more bytes are needed; throws if the bytes differ.
    private static func isWhole(_ beginning: [UInt8], in buffer: ByteBuffer) throws(ProxyHeaderError) -> Bool {
        for (offset, (expected, byte)) in zip(beginning, buffer.readableBytesView).enumerated()
        where byte != expected {
            throw .signatureNotAllowed(offset: offset, byte: byte, expected: expected)
        }
        return buffer.readableBytes >= beginning.count
    }

    /// Checks each field as soon as it is received.
    private static func decodeFields(from buffer: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        let start = buffer.readerIndex
        guard let commandByte = buffer.getInteger(at: start + 12, as: UInt8.self) else { return nil }
        guard let command = Command(rawValue: commandByte) else { throw .versionOrCommandNotAllowed(commandByte) }
        guard let family = buffer.getInteger(at: start + 13, as: UInt8.self) else { return nil }
        let addressLength = try command == .proxy ? addressLength(family) : nil
        guard let length = buffer.getInteger(at: start + 14, as: UInt16.self) else { return nil }
        guard length <= maximumLength else {
            throw .lengthExceedsMaximum(length: length, maximum: maximumLength)
        }
        if let addressLength, length < addressLength.both {
            throw .lengthTooShort(family: family, length: length, minimum: addressLength.both)
        }
        guard buffer.readableBytes >= fixedLength + Int(length) else { return nil }
        buffer.moveReaderIndex(forwardBy: fixedLength)
        guard let body = buffer.readSlice(length: Int(length)) else { return nil }
        return ProxyHeader(command: command, source: addressLength.flatMap { source(in: body, length: $0.one) })
    }

    /// The length of one address, and of both with their ports; `nil` if it is not TCP over IP.
    ///
    /// Unassigned values must end the connection. §2.2, "The 14th byte".
    private static func addressLength(_ family: UInt8) throws(ProxyHeaderError) -> (one: Int, both: UInt16)? {
        switch family {
        case 0x11: return (4, 12)
        case 0x21: return (16, 36)
        default:
            guard family >> 4 <= 3, family & 0x0F <= 2 else { throw .familyOrProtocolNotAllowed(family) }
            return nil
        }
    }

    /// Source address, destination address, source port, destination port. §2.2.
    private static func source(in body: ByteBuffer, length: Int) -> SocketAddress? {
        guard let address = body.getSlice(at: body.readerIndex, length: length),
            let port = body.getInteger(at: body.readerIndex + 2 * length, as: UInt16.self)
        else { return nil }
        return try? SocketAddress(packedIPAddress: address, port: Int(port))
    }
}
