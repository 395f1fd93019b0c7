import AWS

/// The bucket as others use it who put single objects into its inbox. An object is named with its ETag: where another object
/// has taken its place, or none, every function throws `InboxObjectChanged`.
package protocol InboxBucket: Sendable {
    /// nil: there is none.
    func head(key: String) async throws -> S3Client.ListedObject?

    /// The bytes of the range, as far as the object has them.
    func read(_ object: S3Client.ListedObject, range: Range<Int>) async throws -> [UInt8]

    /// Copies the object's bytes, and nothing else that its writer attached to it.
    func copy(_ object: S3Client.ListedObject, to key: String) async throws

    func remove(_ object: S3Client.ListedObject) async throws
}

/// An object of the inbox has been replaced or removed since it was looked at.
package struct InboxObjectChanged: Error, Equatable, CustomStringConvertible {
    package init() {}

    package var description: String { "expected the object of the inbox with the same ETag, but it is another or gone" }
}
