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

/// A data set whose bytes are there, or can be made, without waiting.
package protocol ImmediateDataSet: DataSetSource {
    /// Exactly `count` bytes from `offset`, which lie within the length.
    func piece(at offset: Int64, count: Int) -> ByteBuffer
}

extension ImmediateDataSet {
    package func bytes(at offset: Int64, count: Int) async -> ByteBuffer { piece(at: offset, count: count) }
}

/// A data set in memory.
extension ByteBuffer: ImmediateDataSet {
    package var length: Int64 { Int64(readableBytes) }

    package func piece(at offset: Int64, count: Int) -> ByteBuffer {
        getSlice(at: readerIndex + Int(offset), length: count) ?? ByteBuffer()
    }
}
