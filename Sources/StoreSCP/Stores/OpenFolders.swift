import Glibc
import Synchronization

/// The folders that files were written into last, kept open; makes those that are missing.
final class OpenFolders: Sendable {
    private static let maximumCount = 64

    /// Whether a new folder's name has to be on the disk before anything is written into it.
    private let isSynchronized: Bool
    private let folders = Mutex<[String: OpenFolder]>([:])

    init(isSynchronized: Bool) {
        self.isSynchronized = isSynchronized
    }

    func folder(_ path: String) throws(FileError) -> OpenFolder {
        if let folder = folders.withLock({ $0[path] }), !folder.isRemoved { return folder }
        try make(path)
        let folder = try OpenFolder(path: path)
        folders.withLock { folders in
            if folders.count >= Self.maximumCount { folders = [:] }
            folders[path] = folder
        }
        return folder
    }

    private func make(_ path: String) throws(FileError) {
        guard !path.isEmpty, access(path, F_OK) != 0 else { return }
        let parent = PartialFile.folder(of: path)
        if parent != path { try make(parent) }
        guard mkdir(path, 0o750) == 0 || errno == EEXIST else { throw FileError(operation: "mkdir", errno: errno) }
        if isSynchronized { try OpenFolder(path: parent.isEmpty ? "/" : parent).synchronize() }
    }
}
