import Glibc
import Synchronization

/// A file that is written under a hidden name in a folder for such files, and moves to its own name when it is whole.
struct PartialFile: Sendable {
    private let partialFolder: OpenFolder
    private let partialName: String
    private let folder: OpenFolder
    private let name: String
    private let isSynchronized: Bool
    private let descriptor: Int32

    /// Makes the folders that are missing. What is not synchronized may be lost with the machine's power.
    init(path: String, partialFolder: String, in folders: OpenFolders, isSynchronized: Bool) throws(FileError) {
        self.isSynchronized = isSynchronized
        name = path.utf8.lastIndex(of: Self.slash).map { String(path[path.utf8.index(after: $0)...]) } ?? path
        folder = try folders.folder(Self.folder(of: path))
        partialName = "\(Self.firstNumber &+ Self.count.add(1, ordering: .relaxed).oldValue).partial"
        self.partialFolder = try folders.folder(partialFolder)
        descriptor = try self.partialFolder.create(partialName)
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
        try partialFolder.move(partialName, to: name, in: folder)
        if isSynchronized { try folder.synchronize() }
        // Last, so that after any failure the descriptor is still `discard`'s to close.
        close(descriptor)
    }

    /// Forgets a file that was not published.
    func discard() {
        close(descriptor)
        partialFolder.remove(partialName)
    }

    /// With `count`, what makes a partial file's name unlike any other of this process, and unlike those that an earlier one left.
    private static let firstNumber = UInt64.random(in: 0 ... .max)
    private static let count = Atomic<UInt64>(0)

    private static let slash = UInt8(ascii: "/")

    static func folder(of path: String) -> String {
        path.utf8.lastIndex(of: slash).map { String(path[..<$0]) } ?? "."
    }
}

/// A call of the file system's that failed.
struct FileError: Error, Equatable, CustomStringConvertible {
    let operation: String
    let errno: Int32

    var description: String { "\(operation) failed: \(String(cString: strerror(errno)))" }
}
