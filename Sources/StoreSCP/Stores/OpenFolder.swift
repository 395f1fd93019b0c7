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

    /// The descriptor of a new file; nil with `errno` when there cannot be one.
    func create(_ name: String) -> Int32? {
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        return file < 0 ? nil : file
    }

    /// False with `errno` when it cannot be renamed.
    func rename(_ name: String, to newName: String) -> Bool {
        renameat(descriptor, name, descriptor, newName) == 0
    }

    func remove(_ name: String) {
        unlinkat(descriptor, name, 0)
    }

    /// Makes the names in it durable.
    func synchronize() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(operation: "fsync", errno: errno) }
    }
}
