import NIOCore

/// Closes a connection that sends more than a request of the health port has: NIOHTTP1 bounds the head's fields at 2 MB,
/// and neither the path nor the body.
final class RequestLengthLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    static let maximum = 16 << 10

    private var received = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += Self.unwrapInboundIn(data).readableBytes
        if received <= Self.maximum {
            context.fireChannelRead(data)
        } else {
            context.close(promise: nil)
        }
    }
}
