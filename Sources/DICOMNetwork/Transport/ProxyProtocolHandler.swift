// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Takes the PROXY header off the beginning of a connection, reports the peer's address and leaves the pipeline.
///
/// If the header is optional, a connection that begins otherwise is passed on from its first byte: neither a PDU nor a
/// TLS record begins like a header.
///
/// It has to be the first handler. It has no timer: ARTIM runs from the beginning of the connection, and ends the wait
/// for a header too.
package final class ProxyProtocolHandler: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private enum State {
        case awaitingHeader
        case passingOn
        case refused
    }

    private let isRequired: Bool
    private var state = State.awaitingHeader
    /// Never longer than the longest header and one read: each field is checked as soon as it is received.
    private var received = ByteBuffer()

    package init(isRequired: Bool) {
        self.isRequired = isRequired
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch state {
        case .awaitingHeader:
            var bytes = Self.unwrapInboundIn(data)
            received.writeBuffer(&bytes)
            decode(context: context)
        case .passingOn: context.fireChannelRead(data)
        case .refused: break
        }
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The header will never be complete, and no answer is possible.
        if state == .awaitingHeader, event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    private func decode(context: ChannelHandlerContext) {
        do {
            guard let header = try ProxyHeader.decode(from: &received) else { return }
            passOn(from: header.source, context: context)
        } catch {
            if case .signatureNotAllowed = error, !isRequired { return passOn(from: nil, context: context) }
            state = .refused
            let found = explained(error)
            received = ByteBuffer()
            context.fireErrorCaught(found)
            context.close(promise: nil)
        }
    }

    /// `nil`: the connection's own address is the peer's.
    private func passOn(from address: SocketAddress?, context: ChannelHandlerContext) {
        state = .passingOn
        if let address { context.fireUserInboundEventTriggered(PeerAddressKnown(address: address)) }
        if received.readableBytes > 0 { context.fireChannelRead(Self.wrapInboundOut(received)) }
        received = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func explained(_ error: ProxyHeaderError) -> ProxyHeaderError {
        guard case .signatureNotAllowed = error, let other = WireProtocol(beginning: received.readableBytesView) else {
            return error
        }
        return .otherProtocol(other)
    }
}
