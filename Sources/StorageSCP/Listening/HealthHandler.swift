// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Answers one HTTP request and closes.
final class HealthHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    /// The longest time that a connection stays open, whatever the client does.
    static let timeLimit = TimeAmount.seconds(5)

    private let readiness: HealthListener.Readiness
    private var method: HTTPMethod?
    private var timeout: Scheduled<Void>?

    init(readiness: HealthListener.Readiness) {
        self.readiness = readiness
    }

    /// NIOHTTP1 answers 400 to a request that it cannot read.
    static func addHandlers(to channel: any Channel, readiness: HealthListener.Readiness) throws {
        try channel.pipeline.syncOperations.addHandler(RequestLengthLimit())
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
        try channel.pipeline.syncOperations.addHandler(HealthHandler(readiness: readiness))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: Self.timeLimit) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): method = head.method
        case .body: break
        case .end:
            guard let method else { return }
            self.method = nil
            answer(method, context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func answer(_ method: HTTPMethod, context: ChannelHandlerContext) {
        let status: HTTPResponseStatus
        let body: String
        if method != .GET && method != .HEAD {
            (status, body) = (.methodNotAllowed, "expected GET\n")
        } else if readiness.isReady {
            (status, body) = (.ok, "ready\n")
        } else {
            (status, body) = (.serviceUnavailable, "ending\n")
        }
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: "text/plain")
        headers.add(name: "Content-Length", value: "\(body.utf8.count)")
        headers.add(name: "Connection", value: "close")
        if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        if method != .HEAD {
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
