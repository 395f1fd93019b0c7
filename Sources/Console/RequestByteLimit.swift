// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Closes a connection whose request has too many bytes: NIOHTTP1 limits neither the target nor the body.
final class RequestByteLimit: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let maximum: Int
    private var received = 0

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// The next byte belongs to another request.
    func reset() {
        received = 0
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += Self.unwrapInboundIn(data).readableBytes
        if received <= maximum {
            context.fireChannelRead(data)
        } else {
            context.close(promise: nil)
        }
    }
}
