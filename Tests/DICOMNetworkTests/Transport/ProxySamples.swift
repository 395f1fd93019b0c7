// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// PROXY headers, written out from haproxy.org's proxy-protocol.txt §2.2.
enum ProxySamples {
    static let signature: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A]

    /// 203.0.113.7 port 40000 to 192.0.2.1 port 104, and the type-length-value that AWS adds for a VPC endpoint.
    static let ipv4: [UInt8] =
        signature + [
            0x21,  // version 2, PROXY
            0x11,  // TCP over IPv4
            0x00, 0x13,  // 12 bytes of addresses, 7 of a TLV
            203, 0, 113, 7,  // source
            192, 0, 2, 1,  // destination
            0x9C, 0x40,  // source port
            0x00, 0x68,  // destination port
            0xEA, 0x00, 0x04, 0x01, 0x61, 0x62, 0x63,  // PP2_TYPE_AWS, 4 bytes, subtype and value
        ]

    /// 2001:db8::7 port 40000 to 2001:db8::1 port 2762.
    static let ipv6: [UInt8] =
        signature + [
            0x21,  // version 2, PROXY
            0x21,  // TCP over IPv6
            0x00, 0x24,  // 36 bytes of addresses
            0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7,  // source
            0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,  // destination
            0x9C, 0x40,  // source port
            0x0A, 0xCA,  // destination port
        ]

    /// A health check: all that follows the command must be ignored.
    static let local: [UInt8] =
        signature + [
            0x20,  // version 2, LOCAL
            0x11,  // TCP over IPv4
            0x00, 0x0C,  // 12 bytes of addresses
            10, 0, 0, 1, 10, 0, 0, 2, 0x00, 0x01, 0x00, 0x02,
        ]

    /// The header that AWS's Network Load Balancer sends before a health check, from a capture in the public issue
    /// kubernetes/kubernetes#57250. It has a family, but no addresses.
    static let awsHealthCheck: [UInt8] =
        signature + [
            0x20,  // version 2, LOCAL
            0x11,  // TCP over IPv4
            0x00, 0x54,  // 84 bytes of TLVs
            0x03, 0x00, 0x04, 0xBC, 0xE5, 0x95, 0x1F,  // PP2_TYPE_CRC32C
            0x04, 0x00, 0x4A,  // PP2_TYPE_NOOP, 74 bytes
        ] + Array(repeating: 0, count: 74)

    /// Version 1, of the same connections as above.
    static let lineIPv4 = Array("PROXY TCP4 203.0.113.7 192.0.2.1 40000 104\r\n".utf8)
    static let lineIPv6 = Array("PROXY TCP6 2001:db8::7 2001:db8::1 40000 2762\r\n".utf8)
    static let lineUnknown = Array("PROXY UNKNOWN\r\n".utf8)

    static func header(command: UInt8 = 0x21, family: UInt8, body: [UInt8]) -> [UInt8] {
        signature + [command, family, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }
}
