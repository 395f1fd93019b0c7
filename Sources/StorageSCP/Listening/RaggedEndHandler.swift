import NIOCore
import NIOSSL

/// Lets a peer end its side of a TLS connection without close_notify, as Python and others do.
///
/// What that message protects from, an end that somebody else made up, cannot pass for a whole message here: each PDU has its
/// length, and each message its last fragment.
final class RaggedEndHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .uncleanShutdown? = error as? NIOSSLError { return }
        context.fireErrorCaught(error)
    }
}
