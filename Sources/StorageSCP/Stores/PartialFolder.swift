/// Where files stand until they are whole, and the folders that they move into then.
final class PartialFolder: Sendable {
    let path: String
    let folders: OpenFolders
    /// What is not synchronized may be lost with the machine's power.
    let isSynchronized: Bool
    /// Whether a file has no name until it is whole.
    let namesFilesLater: Bool

    init(path: String, isSynchronized: Bool, namesFilesLater: Bool) {
        self.path = path
        self.isSynchronized = isSynchronized
        self.namesFilesLater = namesFilesLater
        folders = OpenFolders(isSynchronized: isSynchronized)
    }
}
