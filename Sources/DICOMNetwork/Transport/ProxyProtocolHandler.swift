import NIOCore

/// Takes the PROXY header off the beginning of a connection, tells who the peer is and leaves the pipeline.
///
/// Where the header is not required, what begins otherwise is passed on from its first bytes: neither a PDU nor a TLS record
/// begins as a header does.
///
/// Stands first. It has no timer: ARTIM runs from the connection on, so that a header that never comes ends with it.
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
    /// Shorter than the longest header: each field is judged when it comes.
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
        // The header can no longer become whole, and there is nobody to tell.
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

    /// Nil: the connection's own address counts.
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
