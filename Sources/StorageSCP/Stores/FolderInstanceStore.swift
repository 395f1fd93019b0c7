import AWS
import DICOMNetwork
import Glibc
import ImportPipeline
import Logging
import NIOCore
import NIOPosix

/// Keeps instances as files below a folder. A file appears under its name when all of it is on the disk.
struct FolderInstanceStore: InstanceStore {
    let startsImports = false
    private let directory: String
    /// Whether a file, and its name, have to be on the disk before it counts as stored.
    private let isSynchronized: Bool
    private let partialFolders: PartialFolders

    /// Tries whether anything can be written there, before anybody is told that it was.
    init(directory: String, task: TaskID = TaskID(), isSynchronized: Bool = true) throws(UnusableFolderError) {
        self.directory = directory
        self.isSynchronized = isSynchronized
        do {
            partialFolders = try PartialFolders(directory: directory, task: task, isSynchronized: isSynchronized)
            try PartialFile(path: path(of: "check"), place: partialFolders.ofDocuments).discard()
        } catch {
            throw UnusableFolderError(directory: directory, cause: error)
        }
    }

    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        FolderInstanceWriter(beginning: beginning, isSynchronized: isSynchronized, eventLoop: eventLoop) {
            [path = path(of: key), place = partialFolders.folder(of: eventLoop)] () throws(FileError) in
            try PartialFile(path: path, place: place)
        }
    }

    func putDocument(_ body: [UInt8], key: String) async throws {
        try await NIOThreadPool.singleton.runIfActive { try publish(body, key: key, replacing: true) }
    }

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        try await NIOThreadPool.singleton.runIfActive {
            guard access(path(of: key), F_OK) != 0 else { return false }
            do {
                try publish(body, key: key, replacing: false)
                return true
            } catch let error as FileError where error.errno == EEXIST {
                return false
            }
        }
    }

    func document(key: String) async throws -> [UInt8]? {
        try await NIOThreadPool.singleton.runIfActive { try read(key) }
    }

    func removeDocument(key: String) async throws {
        let path = path(of: key)
        try await NIOThreadPool.singleton.runIfActive {
            guard unlink(path) == 0 || errno == ENOENT else { throw FileError(operation: "unlink", errno: errno) }
        }
    }

    func closeDeliveriesOfEndedTasks(logger: Logger) async {
        let recovery = FolderRecovery(directory: directory, tasks: partialFolders.own, store: self, logger: logger)
        await recovery.run()
    }

    private func publish(_ body: [UInt8], key: String, replacing: Bool) throws {
        let file = try PartialFile(path: path(of: key), place: partialFolders.ofDocuments)
        do {
            try body.withUnsafeBytes { try file.write($0) }
            try file.publish(replacing: replacing)
        } catch {
            file.discard()
            throw error
        }
    }

    /// nil: it is not there.
    func read(_ key: String) throws -> [UInt8]? {
        guard let file = fopen(path(of: key), "r") else { return nil }
        defer { fclose(file) }
        let document = [UInt8](unsafeUninitializedCapacity: DocumentLimits.maximumBytes + 1) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
        guard document.count <= DocumentLimits.maximumBytes else {
            throw DocumentError.tooLarge
        }
        return document
    }

    private func path(of key: String) -> String { "\(directory)/\(key)" }
}

/// A folder in which the receiver can write nothing.
struct UnusableFolderError: Error, Equatable, CustomStringConvertible {
    let directory: String
    let cause: FileError

    var description: String {
        "STORAGE_DIRECTORY, \(directory), cannot be written: \(cause). Without DICOM_BUCKET instances are kept there"
    }
}

/// Writes into the page cache on the event loop, out of the buffer that the socket was read into: handing bytes to another
/// thread takes longer than that. Only what waits for the disk is another thread's.
///
/// Whole pages are written, several at once: what is less waits for what follows. Small pieces cost a call each otherwise, and a
/// page that is written in two calls keeps the file system from taking larger pieces of memory.
private final class FolderInstanceWriter: InstanceWriter {
    private static let pageSize = 4096
    private static let leastPages = 4

    private let isSynchronized: Bool
    private let eventLoop: any EventLoop
    private let openFile: () throws(FileError) -> PartialFile
    private var file: PartialFile?
    /// What comes next in the file.
    private var pending: ByteBuffer

    init(
        beginning: ByteBuffer, isSynchronized: Bool, eventLoop: any EventLoop,
        openFile: @escaping () throws(FileError) -> PartialFile
    ) {
        pending = beginning
        self.isSynchronized = isSynchronized
        self.eventLoop = eventLoop
        self.openFile = openFile
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
            guard isSynchronized else {
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
        let opened = try openFile()
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
