import NIOCore

/// Lets the connections of an event loop share its `ReadBuffer`.
struct ReadBuffers: Sendable {
    private let buffers = PerEventLoop<ReadBuffer>()

    /// Before other handlers are added.
    func add(to channel: any Channel) throws {
        let buffer = buffers.value(of: channel.eventLoop) { _ in ReadBuffer(of: channel.eventLoop) }
        try channel.syncOptions?.setOption(.recvAllocator, value: ReadBufferAllocator(shared: buffer))
        try channel.pipeline.syncOperations.addHandler(ReadBufferHandler(shared: buffer))
    }
}

/// The channel keeps the first buffer that it is given, and asks for one for each read after that.
struct ReadBufferAllocator: RecvByteBufferAllocator {
    /// As long as what a peer that asks for an association sends at most, mostly.
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

/// The first handler: has the buffer back when the others are through with what was read.
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
