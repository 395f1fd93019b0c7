import FoundationEssentials

/// An object that S3 said was created.
package struct CreatedObject: Equatable, Sendable {
    package let bucket: String
    /// As it is in the bucket, not as events encode it.
    package let key: String
    /// In bytes.
    package let size: Int
    /// Empty where the event names none.
    package let eTag: String
    package let versionID: String?
    /// Orders the events of one key; another one means that the object was written again.
    package let sequencer: String?
    package let createdAt: Date

    package init(
        bucket: String, key: String, size: Int, eTag: String, versionID: String?, sequencer: String?, createdAt: Date
    ) {
        self.bucket = bucket
        self.key = key
        self.size = size
        self.eTag = eTag
        self.versionID = versionID
        self.sequencer = sequencer
        self.createdAt = createdAt
    }

    /// As `If-Match` takes it; nil where the event named none.
    package var quotedETag: String? { eTag.isEmpty ? nil : "\"\(eTag)\"" }
}
