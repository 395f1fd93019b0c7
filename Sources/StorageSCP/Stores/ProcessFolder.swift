// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import ImportPipeline

/// A folder that belongs to this process alone, named after its task and next to those of other processes. When a
/// process is killed, the next one removes the folder that it left.
final class ProcessFolder: Sendable {
    let path: String
    /// Whether the folders next to this one all belong to living tasks.
    let showsLivingTasks: Bool
    private let directory: String
    /// Locked while the process lives: the kernel releases the lock however the process ends.
    let folder: OpenFolder

    init(in directory: String, task: TaskID, isSynchronized: Bool) throws(FileError) {
        self.directory = directory
        let folders = OpenFolders(isSynchronized: isSynchronized)
        try folders.make(directory)
        // This lock keeps other processes from removing the new folder as abandoned before it is locked itself.
        let all = try OpenFolder(path: directory)
        let isAlone = all.lock(waits: true)
        path = "\(directory)/\(task)"
        try folders.make(path)
        folder = try OpenFolder(path: path)
        // Without locks, as on some network file systems, it is not possible to tell which folders are abandoned.
        showsLivingTasks = isAlone && folder.lock(waits: false)
        if showsLivingTasks { Self.removeAbandoned(in: directory) }
    }

    /// Whether the task has a folder here. Every living task has one.
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
