// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import NIOCore
import NIOPosix

/// Writes a file into the page cache, on the event loop and from the buffer that the socket was read into: passing the
/// bytes to another thread would take longer. Only a call that waits for the disk runs on another thread.
///
/// It writes whole pages, several at once, and keeps the rest until more bytes follow: small writes would cost one
/// system call each, and a page that is written in two calls keeps the file system from using larger pieces of memory.
final class FolderInstanceWriter: InstanceWriter {
    private static let pageSize = 4096
    private static let leastPages = 4

    private let path: String
    private let place: PartialFolder
    private let eventLoop: any EventLoop
    private var file: PartialFile?
    /// Bytes that are not written yet.
    private var pending: ByteBuffer

    init(path: String, place: PartialFolder, beginning: ByteBuffer, eventLoop: any EventLoop) {
        self.path = path
        self.place = place
        pending = beginning
        self.eventLoop = eventLoop
    }

    func write(_ bytes: ByteBuffer) -> Readiness {
        do {
            try append(bytes)
            return .now
        } catch {
            return .after(eventLoop.makeFailedFuture(error))
        }
    }

    func finish(_ checksum: CRC32) -> Readiness {
        do {
            let file = try currentFile()
            try pending.withUnsafeReadableBytes { try file.write($0) }
            guard place.isSynchronized else {
                try file.publish()
                self.file = nil
                return .now
            }
            return .after(
                NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try file.publish() }
                    .assumeIsolated().map { self.file = nil }.nonisolated())
        } catch {
            return .after(eventLoop.makeFailedFuture(error))
        }
    }

    func discard() -> EventLoopFuture<Void> {
        file?.discard()
        file = nil
        return eventLoop.makeSucceededVoidFuture()
    }

    private func append(_ bytes: ByteBuffer) throws {
        var rest = bytes
        let pages = (pending.readableBytes + bytes.readableBytes) / Self.pageSize
        // After a long header, `pending` may already end beyond the last whole page.
        let count = max(0, pages * Self.pageSize - pending.readableBytes)
        if pages >= Self.leastPages, let last = rest.readSlice(length: count) {
            try currentFile().write(pending, then: last)
            // A large buffer held a long header. Release it, because the memory budget no longer counts it.
            if pending.readableBytes < Self.leastPages * Self.pageSize {
                pending.clear()
            } else {
                pending = ByteBuffer()
            }
        }
        pending.writeImmutableBuffer(rest)
    }

    /// Sets `file` before anything is written, so that `discard` finds it after a failure.
    private func currentFile() throws(FileError) -> PartialFile {
        if let file { return file }
        let opened = try PartialFile(path: path, place: place)
        file = opened
        return opened
    }
}

extension PartialFile {
    fileprivate func write(_ first: ByteBuffer, then second: ByteBuffer) throws {
        try first.withUnsafeReadableBytes { first in
            try second.withUnsafeReadableBytes { try write(first, then: $0) }
        }
    }
}
