// SPDX-License-Identifier: Apache-2.0

import Digests
import HTTP
import NIOCore

/// The bytes of an object that are sent in one request, kept in chunks.
struct ObjectPart: HTTPBody {
    private(set) var chunks: [Chunk] = []
    private(set) var count = 0

    /// The bytes, in order.
    var pieces: some Sequence<UnsafeRawBufferPointer> {
        chunks.indices.lazy.map { index in
            UnsafeRawBufferPointer(rebasing: chunks[index].memory.prefix(count - index * Chunk.size))
        }
    }

    var checksum: CRC32 {
        var checksum = CRC32()
        for piece in pieces { checksum.update(piece) }
        return checksum
    }

    /// The number of additional chunks that this number of further bytes needs.
    func missingChunks(for bytes: Int) -> Int {
        max(0, (count + bytes + Chunk.size - 1) / Chunk.size - chunks.count)
    }

    mutating func append(_ bytes: ByteBuffer, takingChunksFrom pool: ChunkPool) {
        bytes.withUnsafeReadableBytes { append($0, takingChunksFrom: pool) }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer, takingChunksFrom pool: ChunkPool) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let used = count % Chunk.size
            if used == 0 { chunks.append(pool.take()) }
            let piece = rest.prefix(Chunk.size - used)
            let free = UnsafeMutableRawBufferPointer(rebasing: chunks[chunks.count - 1].memory[used...])
            free.copyMemory(from: UnsafeRawBufferPointer(rebasing: piece))
            count += piece.count
            rest = rest.dropFirst(piece.count)
        }
    }

    func copyBytes(from offset: Int, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var copied = 0
        while copied < buffer.count, offset + copied < count {
            let (index, start) = (offset + copied).quotientAndRemainder(dividingBy: Chunk.size)
            let length = min(Chunk.size - start, count - offset - copied, buffer.count - copied)
            let piece = UnsafeRawBufferPointer(rebasing: chunks[index].memory[start..<start + length])
            UnsafeMutableRawBufferPointer(rebasing: buffer[copied...]).copyMemory(from: piece)
            copied += length
        }
        return copied
    }
}
