// SPDX-License-Identifier: Apache-2.0

import Inspection
import NIOCore
import NIOHTTP1

/// One connection: it passes each request to the router and writes the answer.
final class ConsoleHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let router: ConsoleRouter
    private let byteLimit: RequestByteLimit
    private let patience: TimeAmount
    private var head: HTTPRequestHead?
    private var hasBody = false
    private var timeout: Scheduled<Void>?
    private var answering: Task<Void, Never>?

    init(router: ConsoleRouter, limits: ConsoleLimits, byteLimit: RequestByteLimit) {
        self.router = router
        self.byteLimit = byteLimit
        patience = .seconds(limits.secondsUntilRequest)
    }

    static func addHandlers(to channel: any Channel, router: ConsoleRouter, limits: ConsoleLimits) throws {
        let byteLimit = RequestByteLimit(maximum: limits.requestBytes)
        try channel.pipeline.syncOperations.addHandler(byteLimit)
        try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
        try channel.pipeline.syncOperations.addHandler(
            ConsoleHandler(router: router, limits: limits, byteLimit: byteLimit))
    }

    func handlerAdded(context: ChannelHandlerContext) {
        awaitRequest(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timeout?.cancel()
        answering?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        answering?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch Self.unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            hasBody = false
        case .body: hasBody = true
        case .end:
            guard let head else { return }
            self.head = nil
            timeout?.cancel()
            answer(head, context: context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    /// Closes the connection unless a whole request arrives in time.
    private func awaitRequest(_ context: ChannelHandlerContext) {
        byteLimit.reset()
        timeout = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
    }

    private func answer(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        guard !hasBody else {
            let problem = Problem("expected no body", advice: "Leave the body out.")
            return write(.problem(413, problem), to: head, context: context)
        }
        let request = ConsoleRequest(
            method: head.method.rawValue, target: head.uri, fields: head.headers.map { ($0.name, $0.value) },
            port: context.channel.localAddress?.port ?? 0)
        guard let request else {
            let problem = Problem("the request's target is malformed", advice: "Escape each byte as %XX.")
            return write(.problem(400, problem), to: head, context: context)
        }
        let this = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        answering = Task { [router] in
            let response = await router.respond(to: request)
            eventLoop.execute {
                let (handler, context) = this.value
                guard context.channel.isActive else { return }
                handler.write(response, to: head, context: context)
            }
        }
    }

    private func write(_ response: ConsoleResponse, to request: HTTPRequestHead, context: ChannelHandlerContext) {
        var headers = HTTPHeaders(response.fields + SecurityFields.all)
        let status = HTTPResponseStatus(statusCode: response.status)
        if response.status != 304 { headers.add(name: "Content-Length", value: "\(response.body.count)") }
        let keepsAlive = request.isKeepAlive && response.status < 400
        if !keepsAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        context.write(Self.wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD, !response.body.isEmpty {
            context.write(Self.wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: response.body)))), promise: nil)
        }
        context.writeAndFlush(Self.wrapOutboundOut(.end(nil))).assumeIsolated().whenComplete { _ in
            if keepsAlive { self.awaitRequest(context) } else { context.close(promise: nil) }
        }
    }
}
