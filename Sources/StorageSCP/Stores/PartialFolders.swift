// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import NIOCore

/// One folder for the partial files of each event loop, and one for those of documents: a file system lets only one
/// thread at a time create files in a folder, and two threads that use the same descriptor wait for each other.
final class PartialFolders: Sendable {
    let ofDocuments: PartialFolder
    let own: ProcessFolder
    private let isSynchronized: Bool
    private let namesFilesLater: Bool
    private let ofEventLoops = PerEventLoop<PartialFolder>()

    init(directory: String, task: TaskID, isSynchronized: Bool) throws(FileError) {
        own = try ProcessFolder(in: "\(directory)/.partial", task: task, isSynchronized: isSynchronized)
        self.isSynchronized = isSynchronized
        // Synchronized files are renamed: every file system documents how durable a rename is.
        namesFilesLater = !isSynchronized && own.folder.namesFilesLater
        ofDocuments = PartialFolder(
            path: "\(own.path)/0", isSynchronized: isSynchronized, namesFilesLater: namesFilesLater)
    }

    func folder(of eventLoop: any EventLoop) -> PartialFolder {
        ofEventLoops.value(of: eventLoop) { count in
            PartialFolder(
                path: "\(own.path)/\(count + 1)", isSynchronized: isSynchronized, namesFilesLater: namesFilesLater)
        }
    }
}
