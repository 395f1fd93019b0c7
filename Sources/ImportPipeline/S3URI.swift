// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import StructuredLog

/// `s3://bucket/key`, or a prefix of keys.
package struct S3URI: Sendable, Equatable {
    /// HealthImaging's limit for a URI.
    private static let maximumBytes = 1_024

    package let bucket: String
    package let key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    package init(_ text: String) throws(S3URIError) {
        guard let path = text.removing(prefix: "s3://"), text.utf8.count <= Self.maximumBytes else {
            throw S3URIError()
        }
        let slash = path.utf8.firstIndex(of: UInt8(ascii: "/"))
        let bucket = String(path[..<(slash ?? path.endIndex)])
        guard TextRule.bucket.allows(bucket) else { throw S3URIError() }
        self.bucket = bucket
        key = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? ""
    }
}

package struct S3URIError: NamedError, Equatable, CustomStringConvertible {
    package var errorClass: ErrorClass? { .permanent }

    package var description: String { "expected a URI such as s3://bucket/prefix/ of at most 1024 bytes" }
}
