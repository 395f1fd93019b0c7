/// An object that S3 said was created: what of its events is used. The object itself is asked for the rest.
package struct CreatedObject: Equatable, Sendable {
    package let bucket: String
    /// As it is in the bucket, not as events encode it.
    package let key: String
    /// nil where the event names none.
    package let eTag: String?

    package init(bucket: String, key: String, eTag: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.eTag = eTag.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// As `If-Match` takes it.
    package var quotedETag: String? { eTag.map { "\"\($0)\"" } }
}
