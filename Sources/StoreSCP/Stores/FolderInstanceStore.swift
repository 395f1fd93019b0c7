import Glibc
import NIOPosix

/// Keeps instances as files below a folder. A file appears under its name when all of it is on the disk.
struct FolderInstanceStore: InstanceStore {
    let directory: String
    /// Whether a file, and its name, have to be on the disk before it counts as stored.
    var isSynchronized = true
    let partSize = 1 << 20

    func writer(for key: String) -> any InstanceWriter {
        FolderInstanceWriter(path: path(of: key), isSynchronized: isSynchronized)
    }

    func putDocument(_ body: [UInt8], key: String, onlyIfAbsent: Bool) async throws {
        let path = path(of: key)
        try await NIOThreadPool.singleton.runIfActive {
            if onlyIfAbsent && access(path, F_OK) == 0 { return }
            let file = try PartialFile(path: path, isSynchronized: isSynchronized)
            do {
                try file.write(body)
                try file.publish()
            } catch {
                file.discard()
                throw error
            }
        }
    }

    func removeDocument(key: String) async throws {
        let path = path(of: key)
        try await NIOThreadPool.singleton.runIfActive {
            guard unlink(path) == 0 || errno == ENOENT else { throw FileError(operation: "unlink", errno: errno) }
        }
    }

    private func path(of key: String) -> String { "\(directory)/\(key)" }
}

private actor FolderInstanceWriter: InstanceWriter {
    private let path: String
    private let isSynchronized: Bool
    private var file: PartialFile?

    init(path: String, isSynchronized: Bool) {
        self.path = path
        self.isSynchronized = isSynchronized
    }

    func append(_ part: [UInt8]) async throws {
        let file = try await openFile()
        try await NIOThreadPool.singleton.runIfActive { try file.write(part) }
    }

    func finish(_ rest: [UInt8]) async throws {
        try await append(rest)
        let open = file
        try await NIOThreadPool.singleton.runIfActive { try open?.publish() }
        file = nil
    }

    func discard() async {
        file?.discard()
        file = nil
    }

    /// Kept before anything is written, so that a failure leaves something to discard.
    private func openFile() async throws -> PartialFile {
        if let file { return file }
        let opened = try await NIOThreadPool.singleton.runIfActive { [path, isSynchronized] in
            try PartialFile(path: path, isSynchronized: isSynchronized)
        }
        file = opened
        return opened
    }
}
