// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import NIOPosix

/// The data set of a file, read piece by piece on a thread that may block.
struct FileDataSet: DataSetSource {
    private let file: OpenFile
    private let outgoing: OutgoingFile

    var length: Int64 { outgoing.dataSetLength }

    /// Throws if the file is not the one that was looked at before.
    init(opening outgoing: OutgoingFile) async throws {
        self.outgoing = outgoing
        file = try await NIOThreadPool.singleton.runIfActive { try OpenFile(path: outgoing.path) }
        guard file.stamp == outgoing.stamp else { throw FileProblem.changed }
    }

    func bytes(at offset: Int64, count: Int) async throws -> ByteBuffer {
        let stored = Int(min(Int64(count), outgoing.storedLength - offset))
        return try await NIOThreadPool.singleton.runIfActive {
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: stored) { bytes in
                try file.read(
                    at: outgoing.dataSetOffset + offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<stored])
                )
            }
            guard buffer.readableBytes == stored, try file.currentStamp() == outgoing.stamp else {
                throw FileProblem.changed
            }
            buffer.writeRepeatingByte(0, count: count - stored)
            return buffer
        }
    }
}
