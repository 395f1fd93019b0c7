// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A range of IP addresses in CIDR notation, `10.1.0.0/16` or `fd00::/8`; a single address is a range of one.
struct NetworkRange: Hashable, Sendable {
    private let address: [UInt8]
    private let prefixLength: Int

    /// `nil` if the text is not a range.
    init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2,
            let address = try? SocketAddress(ipAddress: String(first), port: 0)
        else { return nil }
        self.address = address.ipAddressBytes
        let length = parts.count == 2 ? Int(parts[1]) : self.address.count * 8
        guard let length, (0...self.address.count * 8).contains(length) else { return nil }
        prefixLength = length
    }

    func contains(_ address: SocketAddress) -> Bool {
        let bytes = address.ipAddressBytes
        guard bytes.count == self.address.count else { return false }
        return (0..<prefixLength).allSatisfy { bit in
            (bytes[bit / 8] ^ self.address[bit / 8]) & (0x80 >> (bit % 8)) == 0
        }
    }
}

extension SocketAddress {
    /// In network byte order. An IPv4 address that a dual-stack socket shows as IPv6 becomes IPv4 again. Empty if it is
    /// not an IP address.
    fileprivate var ipAddressBytes: [UInt8] {
        switch self {
        case .v4(let address): return withUnsafeBytes(of: address.address.sin_addr) { Array($0) }
        case .v6(let address):
            let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            let mapped: [UInt8] = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
            return bytes.starts(with: mapped) ? Array(bytes.dropFirst(12)) : bytes
        case .unixDomainSocket: return []
        }
    }
}
