import Glibc

/// A folder that is kept open, so that a file in it is found without walking the path again.
final class OpenFolder: Sendable {
    private let descriptor: Int32

    init(path: String) throws(FileError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(operation: "open", errno: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Whether nobody else has it locked; if so, it is locked until this is no longer used.
    func lock(waits: Bool) -> Bool {
        flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0
    }

    /// The descriptor of a new file.
    func create(_ name: String) throws(FileError) -> Int32 {
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw FileError(operation: "open", errno: errno) }
        return file
    }

    /// The descriptor of a new file that has no name: it is gone when it is closed without one.
    func createUnnamed() throws(FileError) -> Int32 {
        let file = openat(descriptor, ".", O_WRONLY | Self.unnamed | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw FileError(operation: "open", errno: errno) }
        return file
    }

    /// Gives such a file a name that nothing has yet. An older kernel permits it to the administrator only.
    func name(_ file: Int32, _ name: String) throws(FileError) {
        guard linkat(file, "", descriptor, name, Self.emptyPath) == 0 else {
            throw FileError(operation: "link", errno: errno)
        }
    }

    /// Whether files can be made without a name here, and be given one.
    var namesFilesLater: Bool {
        let name = "check"
        guard let file = try? createUnnamed() else { return false }
        defer { close(file) }
        guard (try? self.name(file, name)) != nil else { return false }
        remove(name)
        return true
    }

    /// `O_TMPFILE` and `AT_EMPTY_PATH` of Linux, which Glibc's module lacks.
    private static let unnamed = 0o20_000_000 | O_DIRECTORY
    private static let emptyPath: Int32 = 0x1000

    /// Replaces what has that name already.
    func move(_ name: String, to newName: String, in folder: OpenFolder) throws(FileError) {
        guard renameat(descriptor, name, folder.descriptor, newName) == 0 else {
            throw FileError(operation: "rename", errno: errno)
        }
    }

    /// Gives a file a second name that nothing has yet.
    func link(_ name: String, to newName: String, in folder: OpenFolder) throws(FileError) {
        guard linkat(descriptor, name, folder.descriptor, newName, 0) == 0 else {
            throw FileError(operation: "link", errno: errno)
        }
    }

    func remove(_ name: String) {
        unlinkat(descriptor, name, 0)
    }

    /// Makes the names in it durable.
    func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync", errno: errno) }
    }
}
