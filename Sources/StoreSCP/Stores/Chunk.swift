import Synchronization

/// A piece of memory that is used again and again: filled on an event loop, read by the HTTP client's thread.
// Sendable: whoever fills it gives it away before another reads it.
final class Chunk: @unchecked Sendable {
    static let size = 64 << 10

    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)

    deinit {
        memory.deallocate()
    }
}

/// Chunks that nobody uses now. How many there are at all is bounded by the budget of those who take them.
final class ChunkPool: Sendable {
    private let free = Mutex<[Chunk]>([])

    func take() -> Chunk {
        free.withLock { $0.popLast() } ?? Chunk()
    }

    func giveBack(_ chunks: [Chunk]) {
        free.withLock { $0 += chunks }
    }
}
