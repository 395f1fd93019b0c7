// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

extension S3Client {
    /// An object in a listing.
    package struct ListedObject: Sendable, Equatable {
        package let key: String
        /// In bytes.
        package let size: Int
        package let lastModified: Date
        /// With its quotes, as `If-Match` needs it.
        package let eTag: String

        package init(key: String, size: Int, lastModified: Date, eTag: String) {
            self.key = key
            self.size = size
            self.lastModified = lastModified
            self.eTag = eTag
        }
    }
}
