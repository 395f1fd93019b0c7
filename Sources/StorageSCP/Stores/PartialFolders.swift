import ImportPipeline
import NIOCore

/// A folder for the partial files of each event loop, and one for those of documents. A file system lets one thread at a time
/// make files in a folder, and two threads that use one descriptor wait for each other.
final class PartialFolders: Sendable {
    let ofDocuments: PartialFolder
    let own: ProcessFolder
    private let isSynchronized: Bool
    private let namesFilesLater: Bool
    private let ofEventLoops = PerEventLoop<PartialFolder>()

    init(directory: String, task: TaskID, isSynchronized: Bool) throws(FileError) {
        own = try ProcessFolder(in: "\(directory)/.partial", task: task, isSynchronized: isSynchronized)
        self.isSynchronized = isSynchronized
        // What has to be on the disk is renamed, since all file systems promise something of that.
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
