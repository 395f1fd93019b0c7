import Glibc

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
        try Self.makeFolder(folder, isSynchronized: isSynchronized)
        temporaryPath = "\(folder)/.\(UInt64.random(in: 0 ... .max)).partial"
        descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw FileError(operation: "open", errno: errno) }
    }

    func write(_ bytes: [UInt8]) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileError(operation: "write", errno: errno) }
            rest = rest.dropFirst(count)
        }
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

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
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
