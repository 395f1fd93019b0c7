import NIOCore

/// What a load balancer says about the connection that it passes on: the header of HAProxy's PROXY protocol.
///
/// AWS's load balancers send version 2, which is here; others may send version 1, a line of text.
///
/// The specification is haproxy.org's proxy-protocol.txt; clauses below are its.
package struct ProxyHeader: Hashable, Sendable {
    /// Version 2 in the upper four bits, the command in the lower. §2.2.
    package enum Command: UInt8, Sendable {
        /// The load balancer speaks for itself, such as for a health check.
        case local = 0x20
        case proxy = 0x21
    }

    /// Addresses and type-length-values together, beyond what the protocol says: the length field alone would allow
    /// 64 KiB, AWS sends fewer than 100 bytes.
    package static let maximumLength: UInt16 = 4096

    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]
    /// The signature, version and command, family and protocol, length.
    static let fixedLength = 16

    package let command: Command
    /// Who connected to the load balancer. Nil for LOCAL, and where it is not TCP over IP.
    package let source: SocketAddress?

    package init(command: Command, source: SocketAddress?) {
        self.command = command
        self.source = source
    }

    /// Takes the header off the front of `buffer`; nil, and nothing taken, until it is whole.
    ///
    /// The signature is judged byte by byte: a peer that sends something else is never waited for.
    package static func decode(from buffer: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        if buffer.readableBytesView.first == lineBeginning.first {
            guard try isWhole(lineBeginning, in: buffer) else { return nil }
            return try decodeLine(from: &buffer)
        }
        guard try isWhole(signature, in: buffer) else { return nil }
        return try decodeFields(from: &buffer)
    }

    /// False: it may still become so.
    private static func isWhole(_ beginning: [UInt8], in buffer: ByteBuffer) throws(ProxyHeaderError) -> Bool {
        for (offset, (expected, byte)) in zip(beginning, buffer.readableBytesView).enumerated()
        where byte != expected {
            throw .signatureNotAllowed(offset: offset, byte: byte, expected: expected)
        }
        return buffer.readableBytes >= beginning.count
    }

    /// Each field is judged as soon as it is there.
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

    /// The length of one address, and of both with their ports; nil for what is no TCP over IP.
    ///
    /// Values that are not assigned must end the connection. §2.2, "The 14th byte".
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
