// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// A file that gets its name when it is complete. Until then it has a temporary name, or none, in a folder for such
/// files.
struct PartialFile: Sendable {
    private let place: PartialFolder
    private let folder: OpenFolder
    private let number = Self.firstNumber &+ Self.count.add(1, ordering: .relaxed).oldValue
    /// The path that the complete file will have.
    private let path: String
    private let descriptor: Int32

    init(path: String, place: PartialFolder) throws(FileError) {
        let number = number
        (folder, descriptor) = try place.folders.use(place.path) { folder throws(FileError) in
            (folder, try place.namesFilesLater ? folder.createUnnamed() : folder.create(Self.name(number)))
        }
        self.path = path
        self.place = place
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

    /// Writes both, in one system call if the system takes all of it.
    func write(_ first: UnsafeRawBufferPointer, then second: UnsafeRawBufferPointer) throws(FileError) {
        let pieces = [first, second].map {
            iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
        }
        let count = max(0, writev(descriptor, pieces, Int32(pieces.count)))
        // Writes the rest, if any. An error of `writev` occurs again here.
        try write(UnsafeRawBufferPointer(rebasing: first.dropFirst(count)))
        try write(UnsafeRawBufferPointer(rebasing: second.dropFirst(max(0, count - first.count))))
    }

    /// Gives the file its name, and creates missing folders. If the folder is synchronized, the file and its name are
    /// on the disk on return. Without `replacing`, fails with EEXIST when the name is taken.
    func publish(replacing: Bool = true) throws(FileError) {
        let isSynchronized = place.isSynchronized
        guard !isSynchronized || fsync(descriptor) == 0 else { throw FileError(operation: "fsync", errno: errno) }
        let (newPath, newName) = OpenFolders.split(path)
        try place.folders.use(newPath) { newFolder throws(FileError) in
            if place.namesFilesLater {
                try name(newName, in: newFolder, replacing: replacing)
            } else if replacing {
                try move(to: newName, in: newFolder)
            } else {
                try folder.link(Self.name(number), to: newName, in: newFolder)
                folder.remove(Self.name(number))
            }
            if isSynchronized { try newFolder.synchronize() }
        }
        // Last, so that after any failure `discard` can close the descriptor.
        close(descriptor)
    }

    /// Removes a file that was not published.
    func discard() {
        close(descriptor)
        folder.remove(Self.name(number))
    }

    /// A file without a name cannot replace another one: it first gets a temporary name.
    private func name(_ newName: String, in newFolder: OpenFolder, replacing: Bool) throws(FileError) {
        do {
            try newFolder.name(descriptor, newName)
        } catch {
            guard replacing, error.errno == EEXIST else { throw error }
            try folder.name(descriptor, Self.name(number))
            try move(to: newName, in: newFolder)
        }
    }

    private func move(to newName: String, in newFolder: OpenFolder) throws(FileError) {
        try folder.move(Self.name(number), to: newName, in: newFolder)
    }

    private static func name(_ number: UInt64) -> String { "\(number).partial" }

    /// Together with `count`, makes the temporary names unique in this process and different from those that earlier
    /// ones left.
    private static let firstNumber = UInt64.random(in: 0 ... .max)
    private static let count = Atomic<UInt64>(0)
}
