import Glibc

/// A piece of memory that is used again and again: filled on an event loop, read by the HTTP client's thread.
// Sendable: whoever fills it gives it away before another reads it.
final class Chunk: @unchecked Sendable {
    static let size = 64 << 10

    let memory: UnsafeMutableRawBufferPointer

    /// Mapped by itself, so that the system has it back when it is not needed any more.
    init() {
        let address = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        precondition(address != MAP_FAILED, "no memory: \(String(cString: strerror(errno)))")
        memory = UnsafeMutableRawBufferPointer(start: address, count: Self.size)
    }

    deinit {
        munmap(memory.baseAddress, Self.size)
    }
}
