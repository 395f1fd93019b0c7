// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOEmbedded
import Testing

@testable import StorageSCP

@Suite("Shared read buffer")
struct ReadBufferTests {
    private let shared = ReadBuffer(of: EmbeddedEventLoop())

    private func take() -> ByteBuffer { shared.take(allocator: ByteBufferAllocator()) }

    /// The address of the buffer's memory.
    private func address(of buffer: ByteBuffer) -> Int {
        buffer.withVeryUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    }

    @Test("A returned buffer is used again, empty")
    func again() {
        var buffer = take()
        let first = address(of: buffer)
        buffer.writeString("read")
        shared.giveBack(buffer)
        buffer = ByteBuffer()
        let second = take()
        #expect(address(of: second) == first)
        #expect(second.readableBytes == 0 && second.writableBytes == ReadBuffer.size)
    }

    @Test("A buffer still in use is not read into")
    func held() {
        var buffer = take()
        buffer.writeString("read")
        shared.giveBack(buffer)
        var next = take()
        next.writeString("other")
        #expect(String(buffer: buffer) == "read")
        #expect(address(of: next) != address(of: buffer))
    }

    @Test("The first buffer of a channel is small; each later read gets the large one")
    func sizes() {
        var allocator = ReadBufferAllocator(shared: shared)
        let first = allocator.buffer(allocator: ByteBufferAllocator())
        #expect(first.capacity == 4 << 10)
        shared.giveBack(first)
        #expect(allocator.nextBufferSize() == nil)
        let asksAgain = allocator.record(actualReadBytes: 1)
        #expect(asksAgain)
        #expect(allocator.buffer(allocator: ByteBufferAllocator()).capacity == ReadBuffer.size)
    }
}
