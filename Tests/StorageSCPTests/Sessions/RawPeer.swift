// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// A sender that is only a socket: writes given bytes and returns received PDUs. Its calls block, on a thread of their
/// own.
struct RawPeer: Sendable {
    enum Failure: Error {
        case connect(Int32)
        case write(Int32)
        /// Nothing was received within the deadline.
        case silence
    }

    private static let deadlineSeconds = 60

    private let descriptor: Int32

    static func run<Value: Sendable>(
        port: Int, _ body: @escaping @Sendable (RawPeer) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let peer = try RawPeer(port: port)
                        defer { peer.close() }
                        return try body(peer)
                    })
            }
        }
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure.connect(errno) }
        var timeout = timeval(tv_sec: Self.deadlineSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var noDelay: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, socklen_t(MemoryLayout<Int32>.size))
    }

    func write(_ bytes: [UInt8], pieces: Int? = nil) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, min($0.count, pieces ?? $0.count), Int32(MSG_NOSIGNAL))
            }
            // A receiver that has aborted may have closed the connection: the PDUs received from it decide.
            if count < 0, errno == EPIPE || errno == ECONNRESET { return }
            guard count > 0 else { throw Failure.write(errno) }
            rest = rest.dropFirst(count)
        }
    }

    func close() {
        Glibc.close(descriptor)
    }

    /// Ends our side of the connection.
    func endWriting() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// The next PDU; `nil` at the end of the connection.
    func readPDU() throws -> [UInt8]? {
        guard let header = try read(6) else { return nil }
        let length = header[2...].reduce(0) { $0 << 8 | Int($1) }
        return try read(length).map { header + $0 }
    }

    private func read(_ count: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var chunk = [UInt8](repeating: 0, count: count - bytes.count)
            let got = recv(descriptor, &chunk, chunk.count, 0)
            if got < 0, errno == EAGAIN { throw Failure.silence }
            guard got > 0 else { return nil }
            bytes += chunk.prefix(got)
        }
        return bytes
    }
}
