// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The part of the Runtime API that a benchmark needs: one thread that hands out the same event again and again and
/// accepts any answer. It only calls `poll`, `read` and `write`, so that it does not influence the measurement.
final class RuntimeAPIStub {
    let address: String
    private let listener: Int32
    private var connections: [Connection] = []
    private let response: [UInt8]
    private static let accepted = Array("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".utf8)

    /// The kind of a call: the program asks for an event, or answers one.
    enum Call {
        case next, answer
    }

    init(event: [UInt8]) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var endpoint = sockaddr_in()
        endpoint.sin_family = sa_family_t(AF_INET)
        endpoint.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &endpoint) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> in_port_t in
                guard bind(listener, address, length) == 0, listen(listener, 16) == 0,
                    getsockname(listener, address, &length) == 0
                else { return 0 }
                return UnsafeRawPointer(address).load(as: sockaddr_in.self).sin_port.bigEndian
            }
        }
        guard port != 0 else { throw BenchmarkError("no port on 127.0.0.1: errno \(errno)") }
        address = "127.0.0.1:\(port)"
        let head = """
            HTTP/1.1 200 OK\r
            Content-Type: application/json\r
            Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r
            Lambda-Runtime-Deadline-Ms: \((Int(time(nil)) + 86_400) * 1000)\r
            Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:TriggerImport\r
            Lambda-Runtime-Trace-Id: Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1\r
            Content-Length: \(event.count)\r
            \r

            """
        response = Array(head.utf8) + event
    }

    deinit {
        connections.forEach { close($0.descriptor) }
        close(listener)
    }

    /// Waits for the next complete call, which must be of this kind, and returns its connection. A `.next` stays open
    /// until `handOut` answers it. An answer is accepted here.
    func nextCall(_ expected: Call) throws -> Int {
        while true {
            for index in connections.indices {
                guard let call = connections[index].takeCall() else { continue }
                guard call == expected else { throw BenchmarkError("expected the call \(expected), got \(call)") }
                if call == .answer { try send(Self.accepted, to: index) }
                return index
            }
            try waitForBytes()
        }
    }

    func handOut(to connection: Int) throws {
        try send(response, to: connection)
    }

    private func waitForBytes() throws {
        var polled = ([listener] + connections.map(\.descriptor)).map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        guard poll(&polled, nfds_t(polled.count), 10_000) > 0 else {
            throw BenchmarkError("the program did not call the Runtime API for 10 s")
        }
        for (index, entry) in polled.dropFirst().enumerated() where entry.revents != 0 {
            try connections[index].read()
        }
        if polled[0].revents != 0 {
            let descriptor = accept(listener, nil, nil)
            var on: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
            connections.append(Connection(descriptor: descriptor))
        }
    }

    private func send(_ bytes: [UInt8], to connection: Int) throws {
        guard write(connections[connection].descriptor, bytes, bytes.count) == bytes.count else {
            throw BenchmarkError("the program closed its connection: errno \(errno)")
        }
    }

    private struct Connection {
        let descriptor: Int32
        private var bytes: [UInt8] = []
        private static let chunkSize = 64 << 10

        init(descriptor: Int32) {
            self.descriptor = descriptor
        }

        mutating func read() throws {
            let start = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: Self.chunkSize))
            let count = bytes.withUnsafeMutableBytes { [descriptor] buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: start), Self.chunkSize)
            }
            bytes.removeLast(Self.chunkSize - max(count, 0))
            guard count > 0 else { throw BenchmarkError("the program closed its connection: errno \(errno)") }
        }

        /// The call, if all its bytes have arrived.
        mutating func takeCall() -> Call? {
            guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            let isGet = bytes.first == UInt8(ascii: "G")
            let size = end.upperBound + (isGet ? 0 : contentLength(before: end.lowerBound))
            guard bytes.count >= size else { return nil }
            bytes.removeFirst(size)
            return isGet ? .next : .answer
        }

        private func contentLength(before end: Int) -> Int {
            let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
            let lines = head.split(separator: "\r\n")
            let field = lines.first { $0.hasPrefix("content-length:") } ?? ""
            return Int(field.drop { $0 != " " }.dropFirst()) ?? 0
        }
    }
}

struct BenchmarkError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
