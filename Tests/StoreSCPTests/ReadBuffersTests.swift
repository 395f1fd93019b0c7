import Testing

@testable import StorageSCP

@Suite("Read buffers")
struct ReadBuffersTests {
    @Test("Who fills the small buffer gets a large one, and keeps it until nothing but small reads came for a while")
    func sizes() {
        var buffers = ReadBuffers()
        /// Whether a read made the next buffer larger, and how large that is.
        func read(_ bytes: Int) -> [Int] {
            let grew = buffers.record(actualReadBytes: bytes)
            return [grew ? 1 : 0, buffers.nextBufferSize() ?? 0]
        }
        #expect(read(1000) == [0, 16 << 10])
        #expect(read(16 << 10) == [1, 256 << 10])
        for _ in 0..<63 { #expect(read(100) == [0, 256 << 10]) }
        #expect(read(20_000) == [0, 256 << 10])
        for _ in 0..<63 { #expect(read(100) == [0, 256 << 10]) }
        #expect(read(100) == [0, 16 << 10])
    }
}
