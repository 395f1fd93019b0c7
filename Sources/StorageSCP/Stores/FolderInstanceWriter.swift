import AWS
import NIOCore
import NIOPosix

/// Writes into the page cache on the event loop, out of the buffer that the socket was read into: handing bytes to another
/// thread takes longer than that. Only what waits for the disk is another thread's.
///
/// Whole pages are written, several at once: what is less waits for what follows. Small pieces cost a call each otherwise, and a
/// page that is written in two calls keeps the file system from taking larger pieces of memory.
final class FolderInstanceWriter: InstanceWriter {
    private static let pageSize = 4096
    private static let leastPages = 4

    private let path: String
    private let place: PartialFolder
    private let eventLoop: any EventLoop
    private var file: PartialFile?
    /// What comes next in the file.
    private var pending: ByteBuffer

    init(path: String, place: PartialFolder, beginning: ByteBuffer, eventLoop: any EventLoop) {
        self.path = path
        self.place = place
        pending = beginning
        self.eventLoop = eventLoop
    }

    func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void>? {
        do {
            try append(bytes)
            return nil
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }

    func finish(_ checksum: CRC32) -> EventLoopFuture<Void>? {
        do {
            let file = try currentFile()
            try pending.withUnsafeReadableBytes { try file.write($0) }
            guard place.isSynchronized else {
                try file.publish()
                self.file = nil
                return nil
            }
            return NIOThreadPool.singleton.runIfActive(eventLoop: eventLoop) { try file.publish() }
                .assumeIsolated().map { self.file = nil }.nonisolated()
        } catch {
            return eventLoop.makeFailedFuture(error)
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
        // A long header may end behind the last page that is whole.
        let count = max(0, pages * Self.pageSize - pending.readableBytes)
        if pages >= Self.leastPages, let last = rest.readSlice(length: count) {
            try currentFile().write(pending, then: last)
            // The memory of a long header is not counted any more.
            if pending.readableBytes < Self.leastPages * Self.pageSize {
                pending.clear()
            } else {
                pending = ByteBuffer()
            }
        }
        pending.writeImmutableBuffer(rest)
    }

    /// Kept before anything is written, so that a failure leaves something to discard.
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
