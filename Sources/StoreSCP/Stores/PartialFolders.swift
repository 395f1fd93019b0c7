import NIOCore

/// A folder for the partial files of each event loop, and one for those of documents. A file system lets one thread at a time
/// make files in a folder, and two threads that use one descriptor wait for each other.
final class PartialFolders: Sendable {
    let ofDocuments: PartialFolder
    private let own: ProcessFolder
    private let isSynchronized: Bool
    private let ofEventLoops = PerEventLoop<PartialFolder>()

    init(directory: String, isSynchronized: Bool) throws(FileError) {
        own = try ProcessFolder(in: "\(directory)/.partial", isSynchronized: isSynchronized)
        self.isSynchronized = isSynchronized
        ofDocuments = PartialFolder(path: "\(own.path)/0", isSynchronized: isSynchronized)
    }

    func folder(of eventLoop: any EventLoop) -> PartialFolder {
        ofEventLoops.value(of: eventLoop) { count in
            PartialFolder(path: "\(own.path)/\(count + 1)", isSynchronized: isSynchronized)
        }
    }
}
