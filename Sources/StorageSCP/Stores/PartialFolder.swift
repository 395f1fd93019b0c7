// SPDX-License-Identifier: Apache-2.0

/// Where files are until they are complete, and the folders that they then move into.
final class PartialFolder: Sendable {
    let path: String
    let folders: OpenFolders
    /// Whether a file is synchronized to the disk before it counts as stored. If not, a power failure may lose it.
    let isSynchronized: Bool
    /// Whether a file has no name until it is complete.
    let namesFilesLater: Bool

    init(path: String, isSynchronized: Bool, namesFilesLater: Bool) {
        self.path = path
        self.isSynchronized = isSynchronized
        self.namesFilesLater = namesFilesLater
        folders = OpenFolders(isSynchronized: isSynchronized)
    }
}
