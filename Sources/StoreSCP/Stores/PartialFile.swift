import Glibc
import Synchronization

/// A file that is written under a hidden name beside its own, and takes its own name when it is whole.
struct PartialFile: Sendable {
    private let path: String
    private let isSynchronized: Bool
    private let temporaryPath: String
    private let descriptor: Int32

    /// Makes the folders that are missing. What is not synchronized may be lost with the machine's power.
    init(path: String, isSynchronized: Bool) throws(FileError) {
        self.path = path
        self.isSynchronized = isSynchronized
        let folder = Self.folder(of: path)
        temporaryPath = "\(folder)/\(Self.temporaryName())"
        var descriptor = Self.create(temporaryPath)
        if descriptor < 0, errno == ENOENT || errno == ENOTDIR {
            try Self.makeFolder(folder, isSynchronized: isSynchronized)
            descriptor = Self.create(temporaryPath)
        }
        guard descriptor >= 0 else { throw FileError(operation: "open", errno: errno) }
        self.descriptor = descriptor
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError(operation: "write", errno: errno) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Writes both, in one call where that goes.
    func write(_ first: UnsafeRawBufferPointer, then second: UnsafeRawBufferPointer) throws(FileError) {
        let pieces = [first, second].map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
        }
        let count = max(0, writev(descriptor, pieces, Int32(pieces.count)))
        // What is left, if anything, meets the error again.
        try write(UnsafeRawBufferPointer(rebasing: first.dropFirst(count)))
        try write(UnsafeRawBufferPointer(rebasing: second.dropFirst(max(0, count - first.count))))
    }

    /// On return the file is on the disk under its name, and so is the name.
    func publish() throws(FileError) {
        guard !isSynchronized || fsync(descriptor) == 0 else { throw FileError(operation: "fsync", errno: errno) }
        guard rename(temporaryPath, path) == 0 else { throw FileError(operation: "rename", errno: errno) }
        if isSynchronized { try Self.synchronizeFolder(Self.folder(of: path)) }
        // Last, so that after any failure the descriptor is still `discard`'s to close.
        close(descriptor)
    }

    /// Forgets a file that was not published.
    func discard() {
        close(descriptor)
        unlink(temporaryPath)
    }

    private static let firstNumber = UInt64.random(in: 0 ... .max)
    private static let count = Atomic<UInt64>(0)

    /// Unlike any other of this process, and unlike those that an earlier one left behind.
    private static func temporaryName() -> String {
        ".\(firstNumber &+ count.add(1, ordering: .relaxed).oldValue).partial"
    }

    /// -1 with `errno` on failure.
    private static func create(_ path: String) -> Int32 {
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
    }

    private static func folder(of path: String) -> String {
        path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
    }

    /// A new folder's own name is made durable as well.
    private static func makeFolder(_ folder: String, isSynchronized: Bool) throws(FileError) {
        guard !folder.isEmpty, access(folder, F_OK) != 0 else { return }
        let parent = Self.folder(of: folder)
        if parent != folder { try makeFolder(parent, isSynchronized: isSynchronized) }
        guard mkdir(folder, 0o750) == 0 || errno == EEXIST else { throw FileError(operation: "mkdir", errno: errno) }
        if isSynchronized { try synchronizeFolder(parent.isEmpty ? "/" : parent) }
    }

    private static func synchronizeFolder(_ folder: String) throws(FileError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(operation: "open", errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync", errno: errno) }
    }
}

/// A call of the file system's that failed.
struct FileError: Error, Equatable, CustomStringConvertible {
    let operation: String
    let errno: Int32

    var description: String { "\(operation) failed: \(String(cString: strerror(errno)))" }
}
