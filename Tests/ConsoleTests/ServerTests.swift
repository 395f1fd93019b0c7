// SPDX-License-Identifier: Apache-2.0

import Eventually
import NIOCore
import NIOPosix
import Synchronization
import Testing

@testable import Console

@Suite("Console: the server", .timeLimit(.minutes(1)))
struct ServerTests {
    private func serve(
        _ limits: ConsoleLimits = ConsoleLimits(), inspector: SampleInspector = SampleInspector(),
        to body: (ConsoleServer) async throws -> Void
    ) async throws {
        let server = try await ConsoleServer.open(inspector: inspector, limits: limits)
        try await body(server)
        await server.close()
    }

    @Test("A request is answered over HTTP, with the fields that protect the page")
    func answer() async throws {
        try await serve { server in
            let connection = try await RawConnection(port: server.port)
            try await connection.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
            await eventually("the page arrives") { connection.text.contains("</html>") }
            let text = connection.text
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n"))
            for field in [
                "Content-Security-Policy: default-src 'none'; script-src 'self'", "X-Content-Type-Options: nosniff",
                "Referrer-Policy: no-referrer", "X-Frame-Options: DENY",
            ] { #expect(text.contains(field), "\(field)") }
            #expect(!text.contains("Set-Cookie"))
            // The connection is kept for the next request.
            try await connection.send(
                "HEAD /api/status HTTP/1.1\r\nHost: localhost:\(server.port)\r\nAuthorization: Bearer \(server.url.suffix(64))\r\n\r\n"
            )
            await eventually("the second answer arrives") { connection.text.contains("application/json") }
            #expect(connection.text.hasSuffix("\r\n\r\n"))
            try await connection.close()
        }
    }

    @Test("The port is that of the loopback address, and each start has another token")
    func address() async throws {
        try await serve { server in
            #expect(server.url.hasPrefix("http://127.0.0.1:\(server.port)/#token="))
            try await serve { other in #expect(other.url.suffix(64) != server.url.suffix(64)) }
        }
    }

    @Test("A port that is in use is named, with what to do")
    func portInUse() async throws {
        try await serve { server in
            await #expect {
                try await ConsoleServer.open(inspector: SampleInspector(), port: server.port)
            } throws: { "\($0)".contains("port \(server.port) of 127.0.0.1 cannot be opened: Address already in use") }
        }
    }

    @Test("A request that is longer than the limit closes its connection")
    func longRequest() async throws {
        try await serve { server in
            let connection = try await RawConnection(port: server.port)
            try await connection.send("GET /\(String(repeating: "a", count: 20_000)) HTTP/1.1\r\n")
            await eventually("the connection is closed") { connection.isClosed }
            #expect(connection.text.isEmpty)
        }
    }

    @Test("A request with a body is refused")
    func body() async throws {
        try await serve { server in
            let connection = try await RawConnection(port: server.port)
            try await connection.send(
                "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\nContent-Length: 1\r\n\r\nx")
            await eventually("the connection is closed") { connection.isClosed }
            #expect(connection.text.hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("A malformed request is answered 400")
    func malformed() async throws {
        try await serve { server in
            let connection = try await RawConnection(port: server.port)
            try await connection.send("GET /%GG HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
            await eventually("the connection is closed") { connection.isClosed }
            #expect(connection.text.hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test("A connection on which no whole request arrives in time is closed")
    func silence() async throws {
        var limits = ConsoleLimits()
        limits.secondsUntilRequest = 0
        try await serve(limits) { server in
            let connection = try await RawConnection(port: server.port)
            await eventually("the connection is closed") { connection.isClosed }
        }
    }

    @Test("One connection more than the limit is closed, and the others are not")
    func connections() async throws {
        var limits = ConsoleLimits()
        limits.connections = 2
        try await serve(limits) { server in
            let first = try await RawConnection(port: server.port)
            let second = try await RawConnection(port: server.port)
            let third = try await RawConnection(port: server.port)
            await eventually("a connection is closed") { first.isClosed || second.isClosed || third.isClosed }
            #expect([first, second, third].filter(\.isClosed).count == 1)
            for connection in [first, second, third] where !connection.isClosed { try await connection.close() }
            await eventually("a place is free") {
                guard let next = try? await RawConnection(port: server.port) else { return false }
                try? await next.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                await eventually("an answer") { next.isClosed }
                return next.text.hasPrefix("HTTP/1.1 403 ")
            }
        }
    }

    @Test("Closing the server closes its connections")
    func close() async throws {
        let server = try await ConsoleServer.open(inspector: SampleInspector())
        let connection = try await RawConnection(port: server.port)
        try await connection.send("GET / HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n")
        await server.close()
        await eventually("the connection is closed") { connection.isClosed }
    }
}

/// A TCP connection of the test.
private final class RawConnection: Sendable {
    private let received: Received
    private let channel: any Channel

    private final class Received: Sendable {
        let bytes = Mutex<[UInt8]>([])
        let isClosed = Atomic(false)
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let received: Received

        init(_ received: Received) {
            self.received = received
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let buffer = Self.unwrapInboundIn(data)
            received.bytes.withLock { $0 += buffer.readableBytesView }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }

    init(port: Int) async throws {
        let received = Received()
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.closeFuture.whenComplete { _ in received.isClosed.store(true, ordering: .relaxed) }
                return channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(received))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        self.received = received
    }

    var text: String { received.bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var isClosed: Bool { received.isClosed.load(ordering: .relaxed) }

    func send(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text))
    }

    func close() async throws { try await channel.close() }
}
