import Foundation
import Glibc

/// The folders in which the receivers, and the server behind them, keep what they are sent.
///
/// What becomes of the files decides what the next ones cost: for a minute or more after inodes were freed, ext4 passes over
/// each of them for every file that it makes in the same place.
final class Storage {
    enum Files {
        /// As whoever fetches what was received removes it.
        case removed
        /// They stay, as names: only their space is given back.
        case kept
    }

    private let files: Files
    private let root: String
    private let sinkFolder: String?
    private var count = 0

    init(folder: String, sinkFolder: String?, files: Files) {
        root = "\(folder)/\(UUID().uuidString)"
        self.sinkFolder = sinkFolder
        self.files = files
    }

    /// The receiver's own.
    var folder: String { "\(root)/\(count)" }

    /// Empty folders, for a receiver of its own.
    func renew() throws {
        try clear()
        if files == .removed { try? FileManager.default.removeItem(atPath: folder) }
        count += 1
        for path in all { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    }

    /// Gives the space of what was stored back. Folders and documents stay, which the receiver has made for itself.
    func clear() throws {
        for path in all {
            let entries = FileManager.default.enumerator(
                at: URL(filePath: path), includingPropertiesForKeys: [.isRegularFileKey])
            for case let file as URL in entries ?? .init() where file.pathExtension != "json" {
                guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
                switch files {
                case .removed: unlink(file.path)
                case .kept: truncate(file.path, 0)
                }
            }
        }
    }

    private var all: [String] { [folder] + (sinkFolder.map { [$0] } ?? []) }
}
