/// `s3://bucket/key`, or a prefix of keys.
package struct S3URI: Sendable, Equatable {
    /// As HealthImaging takes it.
    private static let maximumBytes = 1_024

    package let bucket: String
    package let key: String

    package init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    package init(_ text: String) throws(S3URIError) {
        let scheme = "s3://"
        guard text.hasPrefix(scheme), text.utf8.count <= Self.maximumBytes else { throw S3URIError() }
        let parts = text.dropFirst(scheme.count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first.map(String.init), TextRule.bucket.allows(bucket) else { throw S3URIError() }
        self.bucket = bucket
        key = parts.count == 2 ? String(parts[1]) : ""
    }
}

package struct S3URIError: Error, Equatable, CustomStringConvertible {
    package var description: String { "expected a URI such as s3://bucket/prefix/ of at most 1024 bytes" }
}
