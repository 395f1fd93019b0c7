import NIOCore

/// Where files stand until they are whole: a folder for each event loop, since a file system lets one thread at a time make
/// files in a folder.
final class PartialFolders: Sendable {
    private let own: ProcessFolder
    private let numbers = PerEventLoop<Int>()

    init(directory: String, in folders: OpenFolders) throws(FileError) {
        own = try ProcessFolder(in: "\(directory)/.partial", of: folders)
    }

    var ofDocuments: String { "\(own.path)/0" }

    func folder(of eventLoop: any EventLoop) -> String {
        let number = numbers.value(of: eventLoop) { $0 + 1 }
        return "\(own.path)/\(number)"
    }
}
