import FoundationEssentials
import Glibc
import ImportPipeline

/// A folder of this process's alone, named after its task, beside those of others. What a process that was killed has left in
/// its own is removed by the next one.
final class ProcessFolder: Sendable {
    let path: String
    /// Whether the folders beside this one are those of tasks that are alive, and no others.
    let showsLivingTasks: Bool
    private let directory: String
    /// Locked for as long as the process lives: the kernel gives the lock back, whatever ends it.
    let folder: OpenFolder

    init(in directory: String, task: TaskID, isSynchronized: Bool) throws(FileError) {
        self.directory = directory
        let folders = OpenFolders(isSynchronized: isSynchronized)
        try folders.make(directory)
        // Nobody else looks for abandoned folders between the making of this one and its lock.
        let all = try OpenFolder(path: directory)
        let isAlone = all.lock(waits: true)
        path = "\(directory)/\(task)"
        try folders.make(path)
        folder = try OpenFolder(path: path)
        // Without locks, on some network file systems, nobody can tell which folders are abandoned.
        showsLivingTasks = isAlone && folder.lock(waits: false)
        if showsLivingTasks { Self.removeAbandoned(in: directory) }
    }

    /// Whether the task has a folder here: a living one has.
    func holds(_ task: TaskID) -> Bool {
        access("\(directory)/\(task)", F_OK) == 0
    }

    private static func removeAbandoned(in directory: String) {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? [] {
            let path = "\(directory)/\(name)"
            guard let abandoned = try? OpenFolder(path: path), abandoned.lock(waits: false) else { continue }
            try? FileManager.default.removeItem(atPath: path)
        }
    }
}
