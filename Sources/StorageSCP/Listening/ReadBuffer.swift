import NIOCore

/// The buffer into which the connections of an event loop are read, one after another: it stays in the core's cache, and a
/// connection from which nothing comes holds none.
final class ReadBuffer: Sendable {
    /// Each read costs as much as 30 KB of it.
    static let size = 256 << 10

    private let free: NIOLoopBoundBox<ByteBuffer?>

    init(of eventLoop: any EventLoop) {
        free = .makeEmptyBox(valueType: ByteBuffer.self, eventLoop: eventLoop)
    }

    /// Another one, if somebody still holds what was read last.
    func take(allocator: ByteBufferAllocator) -> ByteBuffer {
        defer { free.value = nil }
        if free.value?.modifyIfUniquelyOwned({ $0.clear() }) != nil, let buffer = free.value { return buffer }
        return allocator.buffer(capacity: Self.size)
    }

    /// May be called while others hold it.
    func giveBack(_ buffer: ByteBuffer) {
        if buffer.capacity >= Self.size { free.value = buffer }
    }
}
