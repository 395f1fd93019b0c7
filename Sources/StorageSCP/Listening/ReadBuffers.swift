// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Lets the connections of an event loop share its `ReadBuffer`.
struct ReadBuffers: Sendable {
    private let buffers = PerEventLoop<ReadBuffer>()

    /// Must be called before other handlers are added.
    func add(to channel: any Channel) throws {
        let buffer = buffers.value(of: channel.eventLoop) { _ in ReadBuffer(of: channel.eventLoop) }
        try channel.syncOptions?.setOption(.recvAllocator, value: ReadBufferAllocator(shared: buffer))
        try channel.pipeline.syncOperations.addHandler(ReadBufferHandler(shared: buffer))
    }
}

/// The channel keeps the first buffer that it gets, and asks for another one for each later read.
struct ReadBufferAllocator: RecvByteBufferAllocator {
    /// Enough for most A-ASSOCIATE-RQs.
    private static let firstSize = 4 << 10

    private let shared: ReadBuffer
    private var isFirst = true

    init(shared: ReadBuffer) {
        self.shared = shared
    }

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        isFirst ? allocator.buffer(capacity: Self.firstSize) : shared.take(allocator: allocator)
    }

    mutating func record(actualReadBytes: Int) -> Bool {
        isFirst = false
        return true
    }
}

/// The first handler: returns the buffer after the other handlers have processed what was read.
private final class ReadBufferHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let shared: ReadBuffer

    init(shared: ReadBuffer) {
        self.shared = shared
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(data)
        shared.giveBack(Self.unwrapInboundIn(data))
    }
}
