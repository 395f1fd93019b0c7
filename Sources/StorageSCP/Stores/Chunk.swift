// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A reusable piece of memory: an event loop fills it, and the HTTP client's thread reads it.
// Sendable: the event loop has finished writing before the other thread reads.
final class Chunk: @unchecked Sendable {
    static let size = 64 << 10

    let memory: UnsafeMutableRawBufferPointer

    /// Each chunk is a mapping of its own, so that it goes back to the system as soon as it is released.
    init() {
        let address = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        precondition(address != MAP_FAILED, "no memory: \(String(cString: strerror(errno)))")
        memory = UnsafeMutableRawBufferPointer(start: address, count: Self.size)
    }

    deinit {
        munmap(memory.baseAddress, Self.size)
    }
}
