import Foundation

/// The folders in which the receivers, and the server behind them, keep what they are sent.
struct Storage {
    /// The receiver's own.
    let folder: String
    private let all: [String]

    init(folder: String, sinkFolder: String?) {
        self.folder = folder
        all = [folder] + (sinkFolder.map { [$0] } ?? [])
    }

    /// Empty folders, for a receiver of its own.
    func renew() throws {
        for path in all {
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    /// Between passes: the folders and the small documents in them stay, which the receiver has made for itself.
    func removeObjects() throws {
        for path in all {
            let keys: [URLResourceKey] = [.fileSizeKey, .isRegularFileKey]
            let files = FileManager.default.enumerator(at: URL(filePath: path), includingPropertiesForKeys: keys)
            for case let file as URL in files ?? .init() {
                let values = try file.resourceValues(forKeys: Set(keys))
                guard values.isRegularFile == true, values.fileSize ?? 0 > 1000 else { continue }
                try FileManager.default.removeItem(at: file)
            }
        }
    }
}
