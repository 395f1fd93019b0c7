import NIOCore
import Synchronization

/// Where files stand until they are whole: a folder for each event loop, since a file system lets one thread at a time make
/// files in a folder.
final class PartialFolders: Sendable {
    private let directory: String
    private let numbers = Mutex<[ObjectIdentifier: Int]>([:])

    init(directory: String) {
        self.directory = "\(directory)/.partial"
    }

    var ofDocuments: String { "\(directory)/0" }

    func folder(of eventLoop: any EventLoop) -> String {
        let number = numbers.withLock { numbers in
            let known = numbers[ObjectIdentifier(eventLoop)] ?? numbers.count + 1
            numbers[ObjectIdentifier(eventLoop)] = known
            return known
        }
        return "\(directory)/\(number)"
    }
}
