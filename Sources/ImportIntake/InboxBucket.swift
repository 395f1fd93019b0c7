// SPDX-License-Identifier: Apache-2.0

import AWS

/// The bucket with the inbox, into which others put single objects. Each object is named with its ETag: if the object
/// was replaced or removed, every function except `head` throws `InboxObjectChanged`.
package protocol InboxBucket: Sendable {
    /// `nil` if the object does not exist.
    func head(key: String) async throws -> S3Client.ListedObject?

    /// The bytes of the range, up to the end of the object.
    func read(_ object: S3Client.ListedObject, range: Range<Int>) async throws -> [UInt8]

    /// Copies the bytes of the object, but nothing else that its writer attached to it.
    func copy(_ object: S3Client.ListedObject, to key: String) async throws

    func remove(_ object: S3Client.ListedObject) async throws
}

/// An object of the inbox was replaced or removed after it was examined.
package struct InboxObjectChanged: Error, Equatable, CustomStringConvertible {
    package init() {}

    package var description: String {
        "expected the object of the inbox with the same ETag, but it was replaced or removed"
    }
}
