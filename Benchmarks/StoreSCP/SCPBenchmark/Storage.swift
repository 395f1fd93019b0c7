import Foundation
import Glibc

/// The folders in which the receivers, and the server behind them, keep what they are sent.
///
/// A new one for each measurement, and emptied files instead of removed ones: for a minute after inodes were freed, ext4
/// passes over each of them for every file that is created beside them.
final class Storage {
    private let root: String
    private let sinkFolder: String?
    private var count = 0

    init(folder: String, sinkFolder: String?) {
        root = "\(folder)/\(UUID().uuidString)"
        self.sinkFolder = sinkFolder
    }

    /// The receiver's own.
    var folder: String { "\(root)/\(count)" }

    /// Empty folders, for a receiver of its own.
    func renew() throws {
        try emptyFiles()
        count += 1
        for path in [folder] + (sinkFolder.map { [$0] } ?? []) {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
    }

    /// Gives the space of what was stored back.
    func emptyFiles() throws {
        for path in [folder] + (sinkFolder.map { [$0] } ?? []) {
            let files = FileManager.default.enumerator(at: URL(filePath: path), includingPropertiesForKeys: nil)
            for case let file as URL in files ?? .init() where file.pathExtension != "json" {
                truncate(file.path, 0)
            }
        }
    }
}
