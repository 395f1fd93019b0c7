import FoundationEssentials

/// A folder of this process's alone, beside those of others. What a process that was killed has left in its own is removed
/// by the next one.
final class ProcessFolder: Sendable {
    let path: String
    /// Locked for as long as the process lives: the kernel gives the lock back, whatever ends it.
    let folder: OpenFolder

    init(in directory: String, isSynchronized: Bool) throws(FileError) {
        let folders = OpenFolders(isSynchronized: isSynchronized)
        try folders.make(directory)
        // Nobody else looks for abandoned folders between the making of this one and its lock.
        let all = try OpenFolder(path: directory)
        let isAlone = all.lock(waits: true)
        path = "\(directory)/\(UInt64.random(in: 0 ... .max))"
        try folders.make(path)
        folder = try OpenFolder(path: path)
        // Without locks, on some network file systems, nobody can tell which folders are abandoned.
        if isAlone && folder.lock(waits: false) { Self.removeAbandoned(in: directory) }
    }

    private static func removeAbandoned(in directory: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            guard let abandoned = try? OpenFolder(path: path), abandoned.lock(waits: false) else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
