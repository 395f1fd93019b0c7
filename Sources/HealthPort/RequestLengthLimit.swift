// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Closes a connection of the health port that sends too many bytes: NIOHTTP1 limits the header fields to 2 MB, and
/// does not limit the path or the body.
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
