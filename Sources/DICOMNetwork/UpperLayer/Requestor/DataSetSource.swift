// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// The bytes of a data set that is sent, read piece by piece.
package protocol DataSetSource: Sendable {
    /// In bytes.
    var length: Int64 { get }

    /// Exactly `count` bytes from `offset`, which lie within the length. If it throws, the association is aborted: a
    /// message that has begun cannot be ended otherwise.
    func bytes(at offset: Int64, count: Int) async throws -> ByteBuffer
}

/// A data set in memory.
extension ByteBuffer: DataSetSource {
    package var length: Int64 { Int64(readableBytes) }

    package func bytes(at offset: Int64, count: Int) -> ByteBuffer {
        getSlice(at: readerIndex + Int(offset), length: count) ?? ByteBuffer()
    }
}
