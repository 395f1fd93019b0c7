// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A folder that is kept open, so that the system does not resolve its path again for each file in it.
final class OpenFolder: Sendable {
    private let descriptor: Int32

    init(path: String) throws(FileError) {
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(operation: "open", errno: errno) }
    }

    deinit {
        close(descriptor)
    }

    /// Locks the folder until this object is deallocated. Returns false when it could not be locked.
    func lock(waits: Bool) -> Bool {
        flock(descriptor, waits ? LOCK_EX : LOCK_EX | LOCK_NB) == 0
    }

    /// Creates a file and returns its descriptor.
    func create(_ name: String) throws(FileError) -> Int32 {
        let file = openat(descriptor, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw FileError(operation: "open", errno: errno) }
        return file
    }

    /// Creates a file without a name and returns its descriptor. The file disappears if it is closed before it has a
    /// name.
    func createUnnamed() throws(FileError) -> Int32 {
        let file = openat(descriptor, ".", O_WRONLY | Self.unnamed | O_CLOEXEC, 0o640)
        guard file >= 0 else { throw FileError(operation: "open", errno: errno) }
        return file
    }

    /// Gives such a file a name, which must be free. Older kernels permit this only to privileged users.
    func name(_ file: Int32, _ name: String) throws(FileError) {
        guard linkat(file, "", descriptor, name, Self.emptyPath) == 0 else {
            throw FileError(operation: "link", errno: errno)
        }
    }

    /// Whether files can be created without a name here and be named later.
    var namesFilesLater: Bool {
        let name = "check"
        guard let file = try? createUnnamed() else { return false }
        defer { close(file) }
        guard (try? self.name(file, name)) != nil else { return false }
        remove(name)
        return true
    }

    /// Linux's `O_TMPFILE` and `AT_EMPTY_PATH`, which the Glibc module does not have.
    private static let unnamed = 0o20_000_000 | O_DIRECTORY
    private static let emptyPath: Int32 = 0x1000

    /// Replaces a file that already has the new name.
    func move(_ name: String, to newName: String, in folder: OpenFolder) throws(FileError) {
        guard renameat(descriptor, name, folder.descriptor, newName) == 0 else {
            throw FileError(operation: "rename", errno: errno)
        }
    }

    /// Gives a file a second name, which must be free.
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
