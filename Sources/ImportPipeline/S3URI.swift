/// `s3://bucket/key`, or a prefix of keys.
package struct S3URI: Sendable, Equatable {
    package let bucket: String
    package let key: String

    package init(_ text: String) throws(S3URIError) {
        let scheme = "s3://"
        guard text.hasPrefix(scheme) else { throw S3URIError(text: text) }
        let parts = text.dropFirst(scheme.count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { throw S3URIError(text: text) }
        self.bucket = String(bucket)
        key = parts.count == 2 ? String(parts[1]) : ""
    }
}

package struct S3URIError: Error, Equatable, CustomStringConvertible {
    package let text: String

    package var description: String { "expected a URI such as s3://bucket/prefix/, got \"\(text)\"" }
}
