// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The buffer that all connections of an event loop are read into, one after another: it stays in the core's cache, and
/// an idle connection holds no buffer.
final class ReadBuffer: Sendable {
    /// Large, since the fixed cost of one read equals the cost of reading 30 KB.
    static let size = 256 << 10

    private let free: NIOLoopBoundBox<ByteBuffer?>

    init(of eventLoop: any EventLoop) {
        free = .makeEmptyBox(valueType: ByteBuffer.self, eventLoop: eventLoop)
    }

    /// A new buffer, if the bytes read last are still in use.
    func take(allocator: ByteBufferAllocator) -> ByteBuffer {
        defer { free.value = nil }
        if free.value?.modifyIfUniquelyOwned({ $0.clear() }) != nil, let buffer = free.value { return buffer }
        return allocator.buffer(capacity: Self.size)
    }

    /// May be called while others still use the buffer.
    func giveBack(_ buffer: ByteBuffer) {
        if buffer.capacity >= Self.size { free.value = buffer }
    }
}
