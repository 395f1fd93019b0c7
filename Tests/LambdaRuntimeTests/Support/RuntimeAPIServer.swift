// SPDX-License-Identifier: Apache-2.0

import Glibc
import HTTP
import Synchronization

/// A Runtime API on a free port of 127.0.0.1. It sends the bytes that the test gives, split as the test requires, and
/// records all calls.
final class RuntimeAPIServer: Sendable {
    struct Call: Sendable, Equatable {
        var method = ""
        /// The part of the path after the API's version.
        var path = ""
        /// Keys are names in lower case.
        var headers: [String: String] = [:]
        var body: [UInt8] = []
        var isTooLarge = false
        /// Counts from 0.
        var connection = 0

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Reply: Sendable {
        var bytes: [UInt8] = []
        /// The number of bytes written at a time; 0 for all at once.
        var pieceSize = 0
        var closesConnection = false

        static let hangUp = Reply(closesConnection: true)

        static func raw(_ text: String, closing: Bool = false) -> Reply {
            Reply(bytes: Array(text.utf8), closesConnection: closing)
        }

        static func status(_ status: Int, _ body: String = "", headers: String = "") -> Reply {
            // A status without a body has no Content-Length either (RFC 9110 §8.6).
            let length = status == 204 || status == 304 ? "" : "Content-Length: \(body.utf8.count)\r\n"
            return .raw("HTTP/1.1 \(status) Of The Test\r\n\(headers)\(length)\r\n\(body)")
        }

        static let accepted = Reply.status(202)

        /// An invocation as `/next` returns it.
        static func event(_ body: String = "{}", headers: String = Reply.headers) -> Reply {
            .status(200, body, headers: headers)
        }

        static let requestID = "8476a536-e9f4-11e8-9739-2dfe598c3fcd"
        static let headers =
            "Lambda-Runtime-Aws-Request-Id: \(requestID)\r\n" + "Lambda-Runtime-Deadline-Ms: 4102444800000\r\n"
    }

    let address: String
    private let listener: Int32
    private let answer: @Sendable (Call) -> Reply
    private let received = Mutex<[Call]>([])
    /// A request with a larger body is refused after its head, and the connection is closed.
    private let maximumBodyBytes: Int

    init(maximumBodyBytes: Int = .max, answer: @escaping @Sendable (Call) -> Reply) {
        self.maximumBodyBytes = maximumBodyBytes
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var endpoint = sockaddr_in()
        endpoint.sin_family = sa_family_t(AF_INET)
        endpoint.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &endpoint) { [listener] pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(listener, address, length)
                listen(listener, 64)
                getsockname(listener, address, &length)
            }
        }
        address = "127.0.0.1:\(endpoint.sin_port.bigEndian)"
        DetachedThread.start { [self] in
            var count = 0
            while case let descriptor = accept(listener, nil, nil), descriptor >= 0 {
                let connection = count
                DetachedThread.start { self.serve(descriptor, connection: connection) }
                count += 1
            }
            close(listener)
        }
    }

    /// Stops accepting connections.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// The calls so far.
    var calls: [Call] { received.withLock { $0 } }

    private func serve(_ descriptor: Int32, connection: Int) {
        defer { close(descriptor) }
        var reader = RequestReader(descriptor: descriptor, maximumBodyBytes: maximumBodyBytes)
        while var call = reader.next() {
            call.connection = connection
            received.withLock { [call] in $0.append(call) }
            let reply = call.isTooLarge ? .status(413, headers: "Connection: close\r\n") : answer(call)
            let pieceSize = reply.pieceSize == 0 ? max(reply.bytes.count, 1) : reply.pieceSize
            for start in stride(from: 0, to: reply.bytes.count, by: pieceSize) {
                let piece = Array(reply.bytes[start..<min(start + pieceSize, reply.bytes.count)])
                guard send(descriptor, piece, piece.count, Int32(MSG_NOSIGNAL)) == piece.count else { return }
            }
            if reply.closesConnection || call.isTooLarge { return }
        }
    }
}
