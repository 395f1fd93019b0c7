// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import HealthPort

@Suite struct HealthHandlerTests {
    private let readiness: ReceiverReadiness
    private let channel = EmbeddedChannel()

    init() throws {
        try self.init(readiness: ReceiverReadiness())
    }

    private init(readiness: ReceiverReadiness) throws {
        self.readiness = readiness
        try HealthHandler.addHandlers(to: channel, readiness: readiness)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 50000)).wait()
    }

    private func ask(_ request: String) throws -> String {
        try channel.writeInbound(ByteBuffer(string: request))
        channel.embeddedEventLoop.run()
        var answer = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { answer += String(buffer: bytes) }
        return answer
    }

    @Test(
        "While the receiver serves, its paths are answered with 200, and the connection is closed",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", "healthy"), ("GET /health?a=b HTTP/1.0\r\n\r\n", "healthy"),
            ("GET /ready HTTP/1.1\r\nHost: a\r\n\r\n", "ready"),
        ])
    func serving(request: String, body: String) throws {
        let answer = try ask(request)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\n\(body)\n"))
        #expect(!channel.isActive)
    }

    @Test("While the store cannot be used, the receiver is healthy and not ready; afterwards it is ready again")
    func storeUnusable() throws {
        let isUsable = Atomic(false)
        let readiness = ReceiverReadiness { isUsable.load(ordering: .relaxed) }
        func ask(_ path: String) throws -> String {
            try HealthHandlerTests(readiness: readiness).ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        #expect(try ask("/ready").hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(try ask("/ready").hasSuffix("\r\n\r\nthe store does not take the task lease\n"))
        #expect(try ask("/health").hasPrefix("HTTP/1.1 200 OK\r\n"))
        isUsable.store(true, ordering: .relaxed)
        #expect(try ask("/ready").hasPrefix("HTTP/1.1 200 OK\r\n"))
        readiness.end()
        #expect(try ask("/ready").hasPrefix("HTTP/1.1 503 "))
    }

    @Test("A path that is mistyped does not look healthy", arguments: ["/redy", "/ready/", "/healthz", "//"])
    func unknownPath(path: String) throws {
        let answer = try ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 404 "))
        #expect(answer.hasSuffix("expected /health or /ready\n"))
    }

    @Test("After draining began the answer is 503, even on open connections", arguments: ["/", "/health", "/ready"])
    func ending(path: String) throws {
        readiness.end()
        let answer = try ask("GET \(path) HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(answer.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nending\n"))
        #expect(!channel.isActive)
    }

    @Test("HEAD has no body, other methods get 405, and bytes that are not HTTP close the connection")
    func others() throws {
        #expect(try ask("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n").hasSuffix("\r\n\r\n"))
        let post = try HealthHandlerTests()
        #expect(
            try post.ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab").hasPrefix("HTTP/1.1 405 "))
        #expect(!post.channel.isActive)
        let garbage = try HealthHandlerTests()
        _ = try? garbage.ask("\u{1}\u{0}\u{0}\u{0}\r\n\r\n")
        #expect(!garbage.channel.isActive)
    }

    @Test("A client that does not complete its request is closed after the time limit")
    func timeLimit() throws {
        _ = try ask("GET / HTTP/1.1\r\nHos")
        channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }

    @Test(
        "A request without end is closed at the length limit",
        arguments: ["GET /", "GET / HTTP/1.1\r\nA: ", "POST / HTTP/1.1\r\nContent-Length: 1000000000\r\n\r\n"])
    func endless(beginning: String) throws {
        _ = try ask(beginning)
        var sent = 0
        while channel.isActive, sent < 1 << 20 {
            _ = try? ask(String(repeating: "a", count: 1024))
            sent += 1024
        }
        #expect(!channel.isActive)
        #expect(sent <= 16 << 10)
    }

    @Test("A request with endless header fields is closed")
    func endlessFields() throws {
        _ = try ask("GET / HTTP/1.1\r\n")
        for _ in 0..<16 { _ = try? ask("A: \(String(repeating: "a", count: 1024))\r\n") }
        #expect(!channel.isActive)
    }
}
