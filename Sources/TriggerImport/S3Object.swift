import FoundationEssentials

/// An object that S3 said was created.
struct S3Object: Equatable, Sendable {
    let bucket: String
    /// As it is in the bucket, not as events encode it.
    let key: String
    let size: Int
    let eTag: String
    let versionID: String?
    /// Orders the events of one key; another one means that the object was written again.
    let sequencer: String?
    let createdAt: Date
}
