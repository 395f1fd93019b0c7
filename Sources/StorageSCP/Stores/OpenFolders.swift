// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Keeps the folders open that files were written into recently, and creates missing folders.
final class OpenFolders: Sendable {
    private static let maximumCount = 64

    /// Whether a new folder's name must be on the disk before anything is written into the folder.
    private let isSynchronized: Bool
    private let folders = Mutex<[String: OpenFolder]>([:])
    /// Only one thread at a time creates folders. So a folder that exists is also on the disk, whichever thread created
    /// it.
    private static let making = Mutex(())

    init(isSynchronized: Bool) {
        self.isSynchronized = isSynchronized
    }

    /// Calls `body` with the folder. If the folder was removed while it was open, creates it and calls `body` again.
    func use<Result>(
        _ path: String, _ body: (OpenFolder) throws(FileError) -> Result
    ) throws(FileError) -> Result {
        if let folder = folders.withLock({ $0[path] }) {
            do {
                return try body(folder)
            } catch {
                // ext4 answers EPERM when a file without a name is created in a removed folder.
                guard error.errno == ENOENT || error.errno == EPERM else { throw error }
            }
        }
        return try body(open(path))
    }

    func make(_ path: String) throws(FileError) {
        try Self.making.withLock { _ throws(FileError) in try makeMissing(path) }
    }

    private func open(_ path: String) throws(FileError) -> OpenFolder {
        try make(path)
        let folder = try OpenFolder(path: path)
        folders.withLock { folders in
            if folders.count >= Self.maximumCount { folders = [:] }
            folders[path] = folder
        }
        return folder
    }

    private func makeMissing(_ path: String) throws(FileError) {
        guard !path.isEmpty, access(path, F_OK) != 0 else { return }
        let parent = Self.split(path).folder
        if parent != path { try makeMissing(parent) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw FileError(operation: "mkdir", errno: errno) }
        if isSynchronized { try OpenFolder(path: parent.isEmpty ? "/" : parent).synchronize() }
    }

    static func split(_ path: String) -> (folder: String, name: String) {
        var path = path
        return path.withUTF8 { bytes in
            guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else {
                return (".", String(decoding: bytes, as: UTF8.self))
            }
            return (
                String(decoding: bytes[..<slash], as: UTF8.self),
                String(decoding: bytes[(slash + 1)...], as: UTF8.self)
            )
        }
    }
}
