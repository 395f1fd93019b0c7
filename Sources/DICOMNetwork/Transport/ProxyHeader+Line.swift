// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Version 1, §2.1: `PROXY TCP4 203.0.113.7 192.0.2.1 40000 104` and CRLF.
extension ProxyHeader {
    package enum LineField: Hashable, Sendable {
        case ending
        case family
        case address
        case port
    }

    static let lineBeginning = Array("PROXY ".utf8)
    /// Includes the CRLF.
    static let maximumLineLength = 107

    /// `nil`, and nothing is taken, until the line is complete.
    static func decodeLine(from buffer: inout ByteBuffer) throws(ProxyHeaderError) -> ProxyHeader? {
        let bytes = buffer.readableBytesView.prefix(maximumLineLength)
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            guard bytes.count < maximumLineLength else { throw .lineTooLong(maximum: maximumLineLength) }
            return nil
        }
        guard bytes[..<end].last == UInt8(ascii: "\r") else { throw .lineFieldNotAllowed(.ending) }
        let fields = String(decoding: bytes[..<end].dropFirst(lineBeginning.count).dropLast(), as: UTF8.self)
            .split(separator: " ", omittingEmptySubsequences: false)
        let source = try source(in: fields)
        buffer.moveReaderIndex(to: end + 1)
        return ProxyHeader(command: .proxy, source: source)
    }

    /// Family, source address, destination address, source port, destination port. Everything after UNKNOWN must be
    /// ignored.
    private static func source(in fields: [Substring]) throws(ProxyHeaderError) -> SocketAddress? {
        guard let family = fields.first, ["TCP4", "TCP6", "UNKNOWN"].contains(family) else {
            throw .lineFieldNotAllowed(.family)
        }
        guard family != "UNKNOWN" else { return nil }
        guard fields.count == 5 else { throw .lineFieldNotAllowed(.ending) }
        guard let port = number(ofPort: fields[3]), number(ofPort: fields[4]) != nil else {
            throw .lineFieldNotAllowed(.port)
        }
        let isIPv4 = family == "TCP4"
        guard let source = address(fields[1], port: port, isIPv4: isIPv4),
            address(fields[2], port: 0, isIPv4: isIPv4) != nil
        else { throw .lineFieldNotAllowed(.address) }
        return source
    }

    private static func number(ofPort text: Substring) -> Int? {
        // UInt16 would also accept a sign.
        guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt16(text).map(Int.init)
    }

    private static func address(_ text: Substring, port: Int, isIPv4: Bool) -> SocketAddress? {
        guard let address = try? SocketAddress(ipAddress: String(text), port: port) else { return nil }
        return (address.protocol == .inet) == isIPv4 ? address : nil
    }
}
