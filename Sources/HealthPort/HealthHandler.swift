// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Answers one HTTP request and closes.
package final class HealthHandler: ChannelInboundHandler {
    package typealias InboundIn = HTTPServerRequestPart
    package typealias OutboundOut = HTTPServerResponsePart

    /// The longest time that a connection stays open, whatever the client does.
    static let timeLimit = TimeAmount.seconds(5)

    private let readiness: ReceiverReadiness
    private var request: HTTPRequestHead?
    private var timeout: Scheduled<Void>?

    init(readiness: ReceiverReadiness) {
        self.readiness = readiness
    }

    /// NIOHTTP1 answers 400 to a request that it cannot read.
    package static func addHandlers(to channel: any Channel, readiness: ReceiverReadiness) throws {
        try channel.pipeline.syncOperations.addHandler(RequestLengthLimit())
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
        try channel.pipeline.syncOperations.addHandler(HealthHandler(readiness: readiness))
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: Self.timeLimit) { context.close(promise: nil) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context: context)
        }
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// What is asked about. A path that is mistyped must not look healthy, so other paths are answered with 404.
    private enum Question {
        /// Must this process be replaced? An S3 that cannot be reached is no reason for that: another process would not
        /// reach it either.
        case health
        /// Can it store instances now?
        case readiness

        init?(path: some StringProtocol) {
            switch path {
            case "/", "/health": self = .health
            case "/ready": self = .readiness
            default: return nil
            }
        }
    }

    private func response(to request: HTTPRequestHead) -> (HTTPResponseStatus, String) {
        guard request.method == .GET || request.method == .HEAD else { return (.methodNotAllowed, "expected GET\n") }
        guard let question = Question(path: request.uri.prefix { $0 != "?" }) else {
            return (.notFound, "expected /health or /ready\n")
        }
        switch (question, readiness.state) {
        case (_, .ending): return (.serviceUnavailable, "ending\n")
        case (.readiness, .storeUnusable): return (.serviceUnavailable, "the store does not take the task lease\n")
        case (.readiness, .ready): return (.ok, "ready\n")
        case (.health, _): return (.ok, "healthy\n")
        }
    }

    private func answer(_ request: HTTPRequestHead, context: ChannelHandlerContext) {
        let (status, body) = response(to: request)
        var headers = HTTPHeaders()
        headers.add(name: "Content-Type", value: "text/plain")
        headers.add(name: "Content-Length", value: "\(body.utf8.count)")
        headers.add(name: "Connection", value: "close")
        if status == .methodNotAllowed { headers.add(name: "Allow", value: "GET, HEAD") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD {
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: body)))), promise: nil)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            context.close(promise: nil)
        }
    }
}
