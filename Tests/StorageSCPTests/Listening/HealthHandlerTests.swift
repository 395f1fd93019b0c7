// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import Testing

@testable import StorageSCP

@Suite struct HealthHandlerTests {
    private let readiness = HealthListener.Readiness()
    private let channel = EmbeddedChannel()

    init() throws {
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
        "While the receiver serves, any path is answered with 200, and the connection is closed",
        arguments: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /healthz?a=b HTTP/1.0\r\n\r\n"])
    func ready(request: String) throws {
        let answer = try ask(request)
        #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nready\n"))
        #expect(!channel.isActive)
    }

    @Test("After draining began the answer is 503, even on open connections")
    func ending() throws {
        readiness.end()
        let answer = try ask("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
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
