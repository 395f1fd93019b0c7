// SPDX-License-Identifier: Apache-2.0

import HTTP
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a free port of 127.0.0.1. The test determines its replies; it records all requests.
package final class LoopbackHTTPServer: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let target: String
        package let headers: HTTP.HTTPHeaders
        package let body: [UInt8]
        /// Counts from 0 over all connections.
        package let index: Int
        /// Counts from 0 on its connection.
        package let indexOnConnection: Int
    }

    package enum Reply: Sendable {
        case response(HTTPResponse)
        /// Closes the connection without a response.
        case hangUp
        /// Sends nothing and leaves the connection open.
        case silence

        package static func status(_ status: Int, headers: HTTP.HTTPHeaders = [:], _ body: String = "") -> Reply {
            .response(HTTPResponse(status: status, headers: headers, body: Array(body.utf8)))
        }
    }

    package typealias Answer = @Sendable (Request) -> Reply

    private let answer: Answer
    private let received = Mutex<[Request]>([])

    private init(answer: @escaping Answer) {
        self.answer = answer
    }

    /// Serves while `body` runs. `body` gets the server, its URL and a client.
    package static func serve(
        _ answer: @escaping Answer, to body: (LoopbackHTTPServer, String, HTTPClient) async throws -> Void
    ) async throws {
        let server = LoopbackHTTPServer(answer: answer)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Connection(server: server))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        let http = HTTPClient(maximumConnections: 8)
        defer { http.shutDown() }
        try await body(server, "http://127.0.0.1:\(port)", http)
        try await channel.close().get()
    }

    /// Sends these replies in order, and repeats the last one.
    package static func serve(
        _ replies: Reply..., to body: (LoopbackHTTPServer, String, HTTPClient) async throws -> Void
    ) async throws {
        try await serve({ replies[min($0.index, replies.count - 1)] }, to: body)
    }

    /// The requests so far.
    package var requests: [Request] { received.withLock { $0 } }

    private func reply(to head: HTTPRequestHead, body: [UInt8], indexOnConnection: Int) -> Reply {
        let request = received.withLock { received in
            let request = Request(
                method: head.method.rawValue, target: head.uri,
                headers: HTTP.HTTPHeaders(head.headers.map { .init(name: $0.name, value: $0.value) }), body: body,
                index: received.count, indexOnConnection: indexOnConnection)
            received.append(request)
            return request
        }
        return answer(request)
    }

    /// Handles one connection: collects each request and writes the server's reply.
    private final class Connection: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let server: LoopbackHTTPServer
        private var head: HTTPRequestHead?
        private var body: [UInt8] = []
        private var count = 0

        init(server: LoopbackHTTPServer) {
            self.server = server
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body = []
            case .body(let buffer): body += buffer.readableBytesView
            case .end:
                guard let head else { return }
                let reply = server.reply(to: head, body: body, indexOnConnection: count)
                count += 1
                write(reply, to: head, context: context)
            }
        }

        private func write(_ reply: Reply, to head: HTTPRequestHead, context: ChannelHandlerContext) {
            switch reply {
            case .silence: return
            case .hangUp: context.close(promise: nil)
            case .response(let response):
                var headers = NIOHTTP1.HTTPHeaders(response.headers.fields.map { ($0.name, $0.value) })
                headers.add(name: "Content-Length", value: "\(response.body.count)")
                let status = HTTPResponseStatus(statusCode: response.status)
                let answer = HTTPResponseHead(version: head.version, status: status, headers: headers)
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
