// SPDX-License-Identifier: Apache-2.0

import Digests
import NIOCore
import Testing

@testable import StorageSCP

@Suite("Object part")
struct ObjectPartTests {
    private let pool = ChunkPool()
    private let bytes = (0..<3 * Chunk.size + 100).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    private func part(in pieceSize: Int) -> ObjectPart {
        var part = ObjectPart()
        for start in stride(from: 0, to: bytes.count, by: pieceSize) {
            let piece = ByteBuffer(bytes: bytes[start...].prefix(pieceSize))
            let missing = part.missingChunks(for: piece.readableBytes)
            let before = part.chunks.count
            part.append(piece, takingChunksFrom: pool)
            #expect(part.chunks.count == before + missing)
        }
        return part
    }

    @Test(
        "A part returns the bytes that were appended, whatever the size of the pieces",
        arguments: [1000, Chunk.size, 100_000, 1 << 20])
    func pieces(_ size: Int) {
        let part = part(in: size)
        #expect(part.count == bytes.count)
        #expect(part.pieces.flatMap { Array($0) } == bytes)
        var copied: [UInt8] = []
        while copied.count < part.count {
            copied += [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
                count = part.copyBytes(from: copied.count, into: UnsafeMutableRawBufferPointer(buffer))
            }
        }
        #expect(copied == bytes)
        var checksum = CRC32()
        bytes.withUnsafeBytes { checksum.update($0) }
        #expect(part.checksum == checksum)
    }

    @Test("Chunks that were given back are used again")
    func reuse() {
        let first = part(in: 1000).chunks
        pool.giveBack(first)
        let second = part(in: 1000).chunks
        #expect(Set(first.map(ObjectIdentifier.init)) == Set(second.map(ObjectIdentifier.init)))
    }
}
