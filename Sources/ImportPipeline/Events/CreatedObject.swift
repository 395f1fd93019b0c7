// SPDX-License-Identifier: Apache-2.0

/// An object that S3 reports as created. Only these values of the event are used; everything else is asked of the
/// object itself.
package struct CreatedObject: Equatable, Sendable {
    package let bucket: String
    /// The key in the bucket, without the encoding of events.
    package let key: String
    /// `nil` if the event does not contain it.
    package let eTag: String?

    package init(bucket: String, key: String, eTag: String? = nil) {
        self.bucket = bucket
        self.key = key
        self.eTag = eTag.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// In quotation marks, as the header `If-Match` needs it.
    package var quotedETag: String? { eTag.map { "\"\($0)\"" } }
}
