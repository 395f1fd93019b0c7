// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc

/// The folders in which the receivers, and the server behind them, store what they receive.
///
/// Whether old files are removed influences the cost of new ones: for a minute or more after inodes were freed, ext4
/// skips each of them for every file that it creates in the same place.
final class Storage {
    enum Files {
        /// Files are removed, as a program that fetches them from the folder would do.
        case removed
        /// Files are kept, but truncated: only their space is released.
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

    /// The folder of the current receiver.
    var folder: String { "\(root)/\(count)" }

    /// Creates empty folders for the next receiver.
    func renew() throws {
        try clear()
        if files == .removed { try? FileManager.default.removeItem(atPath: folder) }
        count += 1
        for path in all { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
    }

    /// Releases the space of the stored objects. The receiver's own folders and documents stay.
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
