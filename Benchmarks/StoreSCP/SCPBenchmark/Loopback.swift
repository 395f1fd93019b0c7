// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Sockets on 127.0.0.1.
enum Loopback {
    static let host: UInt32 = 0x7F00_0001

    /// A port on which nothing listens. A later call may return the same port.
    static func freePort() throws -> Int {
        let probe = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        var address = address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(probe, $0, length) == 0 ? getsockname(probe, $0, &length) : -1
            }
        }
        guard result == 0 else { throw BenchmarkError("no free port: errno \(errno)") }
        return Int(in_port_t(bigEndian: address.sin_port))
    }

    /// The descriptor of a connection without Nagle's algorithm. `timeout` limits every wait for the peer. The source
    /// can be any address of the loopback network.
    static func connect(port: Int, timeoutSeconds: Int, source: UInt32 = host) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &timeout, socklen_t(MemoryLayout<timeval>.size))
        }
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound =
            source == host
            || withSocketAddress(address(port: 0, host: source)) { bind(descriptor, $0, length) == 0 }
        let isConnected =
            isBound && withSocketAddress(address(port: port)) { Glibc.connect(descriptor, $0, length) == 0 }
        guard isConnected else {
            defer { close(descriptor) }
            throw BenchmarkError("cannot connect to port \(port): errno \(errno)")
        }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    private static func withSocketAddress<Result>(
        _ address: sockaddr_in, _ body: (UnsafePointer<sockaddr>) -> Result
    ) -> Result {
        withUnsafePointer(to: address) { $0.withMemoryRebound(to: sockaddr.self, capacity: 1, body) }
    }

    private static func address(port: Int, host: UInt32 = host) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(host).bigEndian
        return address
    }
}
