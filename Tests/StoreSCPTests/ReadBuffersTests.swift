import Testing

@testable import StorageSCP

@Suite("Read buffers")
struct ReadBuffersTests {
    @Test("Who fills the small buffer gets a large one, and keeps it until nothing but small reads came for a while")
    func sizes() {
        var buffers = ReadBuffers()
        #expect(buffers.nextBufferSize() == 16 << 10)
        #expect(!buffers.record(actualReadBytes: 1000))
        #expect(buffers.nextBufferSize() == 16 << 10)
        #expect(buffers.record(actualReadBytes: 16 << 10))
        #expect(buffers.nextBufferSize() == 256 << 10)
        for _ in 0..<63 { _ = buffers.record(actualReadBytes: 100) }
        _ = buffers.record(actualReadBytes: 20_000)
        for _ in 0..<63 { _ = buffers.record(actualReadBytes: 100) }
        #expect(buffers.nextBufferSize() == 256 << 10)
        #expect(!buffers.record(actualReadBytes: 100))
        #expect(buffers.nextBufferSize() == 16 << 10)
    }
}
