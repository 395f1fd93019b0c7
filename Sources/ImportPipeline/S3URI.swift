/// `s3://bucket/key`, or a prefix of keys.
package struct S3URI: Sendable, Equatable {
    package let bucket: String
    package let key: String

    package init?(_ text: String) {
        let scheme = "s3://"
        guard text.hasPrefix(scheme) else { return nil }
        let parts = text.dropFirst(scheme.count).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        self.bucket = String(bucket)
        key = parts.count == 2 ? String(parts[1]) : ""
    }
}
