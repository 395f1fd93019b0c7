// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOSSL

/// Lets a peer end its side of a TLS connection without close_notify, as Python and other clients do.
///
/// close_notify protects against an end forged by an attacker. That is no risk here: each PDU has its length and each
/// message its last fragment, so a message that was cut cannot look complete.
final class RaggedEndHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .uncleanShutdown? = error as? NIOSSLError { return }
        context.fireErrorCaught(error)
    }
}
