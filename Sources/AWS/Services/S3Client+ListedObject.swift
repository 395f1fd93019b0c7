import FoundationEssentials

extension S3Client {
    /// What a listing tells of an object.
    package struct ListedObject: Sendable, Equatable {
        package let key: String
        /// In bytes.
        package let size: Int
        package let lastModified: Date
        /// In quotes, as `If-Match` takes it.
        package let eTag: String

        package init(key: String, size: Int, lastModified: Date, eTag: String) {
            self.key = key
            self.size = size
            self.lastModified = lastModified
            self.eTag = eTag
        }
    }
}
