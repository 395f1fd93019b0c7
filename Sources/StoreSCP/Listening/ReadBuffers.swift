import NIOCore

/// How much is read from a connection at once, into a buffer that it keeps: little from one that sends little, since there
/// may be many of them, and much from one that has once filled the small buffer. Each read costs as much as 30 KB of it.
struct ReadBuffers: RecvByteBufferAllocator {
    private static let small = 16 << 10
    private static let large = 256 << 10
    /// So many reads that would have fitted the small buffer are needed to go back to it.
    private static let patience = 64

    private var size = small
    private var smallReads = 0

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        allocator.buffer(capacity: size)
    }

    func nextBufferSize() -> Int? { size }

    mutating func record(actualReadBytes: Int) -> Bool {
        smallReads = actualReadBytes < Self.small ? smallReads + 1 : 0
        let next = smallReads >= Self.patience ? Self.small : actualReadBytes >= size ? Self.large : size
        defer { size = next }
        return next > size
    }
}
