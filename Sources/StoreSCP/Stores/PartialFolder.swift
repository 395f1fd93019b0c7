/// Where files stand until they are whole, and the folders that they move into then.
final class PartialFolder: Sendable {
    let path: String
    let folders: OpenFolders
    /// What is not synchronized may be lost with the machine's power.
    let isSynchronized: Bool

    init(path: String, isSynchronized: Bool) {
        self.path = path
        self.isSynchronized = isSynchronized
        folders = OpenFolders(isSynchronized: isSynchronized)
    }
}
