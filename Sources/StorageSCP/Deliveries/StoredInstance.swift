import Digests

/// What a delivery keeps of an instance that is stored, until the manifest is written. There may be hundreds of thousands, so
/// that the key is not among it: the name tells it.
struct StoredInstance: Sendable, Equatable {
    /// In bytes, of the whole Part 10 file.
    let size: Int
    /// Of the whole Part 10 file.
    let checksum: CRC32
    let sopClassUID: String
    let transferSyntaxUID: String
    /// The data set ends too early.
    var isIncomplete = false

    func hasSameContent(as other: StoredInstance) -> Bool {
        size == other.size && checksum == other.checksum
    }
}
