// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A minimal, blocking C-STORE SCU with one association.
final class Sender {
    static let contextID: UInt8 = 3

    let maximumLength: Int
    /// The number of operations that may be outstanding.
    let window: Int
    private let descriptor: Int32
    /// Received bytes that were not read yet.
    private var received: [UInt8] = []

    /// Returns when the association is accepted.
    init(port: Int, object: StoredObject, window: Int = 1, timeoutSeconds: Int = 60) throws {
        let descriptor = try Loopback.connect(port: port, timeoutSeconds: timeoutSeconds)
        self.descriptor = descriptor
        var bytes: [UInt8] = []
        do {
            try Self.write([AssociateRequest(object: object, window: window).bytes], to: descriptor)
            guard let answer = AssociateRequest.Answer(try Self.readPDU(descriptor, &bytes)) else {
                throw BenchmarkError("the association was not accepted")
            }
            maximumLength = answer.maximumLength
            self.window = max(1, min(window, answer.window == 0 ? window : answer.window))
        } catch {
            close(descriptor)
            throw error
        }
        received = bytes
    }

    deinit { close(descriptor) }

    func send(_ head: Message.Head, _ tail: [UInt8]) throws {
        try Self.write([head.bytes, tail], to: descriptor)
    }

    /// Waits for the next response, which must be a success, and returns the ID of its message.
    func receiveSuccess() throws -> UInt16 {
        let response = StoreResponse(try Self.readPDU(descriptor, &received))
        guard response.status == 0, let messageID = response.messageID else {
            throw BenchmarkError("an object was not stored: status \(response.status.map { "\($0)" } ?? "missing")")
        }
        return messageID
    }

    /// Returns when the receiver has answered. Then closes the connection, because some receivers wait for that.
    func release() throws {
        defer { shutdown(descriptor, Int32(SHUT_RDWR)) }
        try Self.write([[5, 0, 0, 0, 0, 4, 0, 0, 0, 0]], to: descriptor)
        _ = try Self.readPDU(descriptor, &received)
    }

    private static func write(_ parts: [[UInt8]], to descriptor: Int32) throws {
        let total = parts.reduce(0) { $0 + $1.count }
        try parts[0].withUnsafeBytes { first in
            try (parts.count > 1 ? parts[1] : []).withUnsafeBytes { second in
                var sent = 0
                while sent < total {
                    let rest = (first.dropFirst(sent), second.dropFirst(max(0, sent - first.count)))
                    let count = sendOnce(rest.0, rest.1, descriptor)
                    guard count > 0 else { throw BenchmarkError("cannot send: errno \(errno)") }
                    sent += count
                }
            }
        }
    }

    private static func sendOnce(
        _ first: Slice<UnsafeRawBufferPointer>, _ second: Slice<UnsafeRawBufferPointer>, _ descriptor: Int32
    ) -> Int {
        withUnsafeTemporaryAllocation(of: iovec.self, capacity: 2) { vectors in
            for (index, part) in [first, second].enumerated() {
                let base = UnsafeMutableRawPointer(mutating: UnsafeRawBufferPointer(rebasing: part).baseAddress)
                vectors.initializeElement(at: index, to: iovec(iov_base: base, iov_len: part.count))
            }
            var message = msghdr()
            message.msg_iov = vectors.baseAddress
            message.msg_iovlen = 2
            return sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
        }
    }

    /// The next complete PDU. Bytes that follow it stay in `received`.
    private static func readPDU(_ descriptor: Int32, _ received: inout [UInt8]) throws -> [UInt8] {
        while true {
            if received.count >= 6 {
                let count = 6 + received[2..<6].reduce(0) { $0 << 8 | Int($1) }
                if received.count >= count {
                    defer { received.removeFirst(count) }
                    return Array(received.prefix(count))
                }
            }
            try withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 1) { buffer in
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                guard count > 0 else { throw BenchmarkError("the connection ended: errno \(errno)") }
                received += buffer.prefix(count)
            }
        }
    }
}
