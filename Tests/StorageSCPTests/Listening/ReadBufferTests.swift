import NIOCore
import NIOEmbedded
import Testing

@testable import StorageSCP

@Suite("The buffer that connections share")
struct ReadBufferTests {
    private let shared = ReadBuffer(of: EmbeddedEventLoop())

    private func take() -> ByteBuffer { shared.take(allocator: ByteBufferAllocator()) }

    /// Where its bytes are.
    private func address(of buffer: ByteBuffer) -> Int {
        buffer.withVeryUnsafeBytes { Int(bitPattern: $0.baseAddress) }
    }

    @Test("What was given back is taken again, empty")
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

    @Test("What somebody still holds is not read into")
    func held() {
        var buffer = take()
        buffer.writeString("read")
        shared.giveBack(buffer)
        var next = take()
        next.writeString("other")
        #expect(String(buffer: buffer) == "read")
        #expect(address(of: next) != address(of: buffer))
    }

    @Test("A channel keeps a small buffer, its first, and has the large one for a read at a time")
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
