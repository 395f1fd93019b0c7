import NIOCore

/// Tells that a connection has sent something, and leaves the pipeline: a load balancer's probe sends nothing.
final class FirstByteHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// An inbound user event.
    struct FirstByteReceived: Hashable, Sendable {}

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireUserInboundEventTriggered(FirstByteReceived())
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
