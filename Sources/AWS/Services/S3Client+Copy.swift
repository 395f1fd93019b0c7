extension S3Client {
    private static let contentType = "application/dicom"

    /// `CopyObject` takes more, but answers when all is copied: a larger one is copied in parts side by side.
    private static let maximumSimpleCopy = 512 << 20
    private static let copyPartSize = 512 << 20

    /// Copies the bytes of an object of any size inside a bucket, if it still has this ETag; what S3 does not copy at once
    /// goes in parts.
    package func copy(
        bucket: String, fromKey: String, ifMatch eTag: String?, size: Int, toKey: String
    ) async throws {
        guard size > Self.maximumSimpleCopy else {
            return try await copyObject(
                bucket: bucket, fromKey: fromKey, ifMatch: eTag, toKey: toKey, contentType: Self.contentType)
        }
        let uploadID = try await createMultipartUpload(bucket: bucket, key: toKey, contentType: Self.contentType)
        do {
            let eTags = try await withThrowingTaskGroup { group in
                for (index, start) in stride(from: 0, to: size, by: Self.copyPartSize).enumerated() {
                    group.addTask {
                        let eTag = try await uploadPartCopy(
                            bucket: bucket, key: toKey, uploadID: uploadID, partNumber: index + 1, fromKey: fromKey,
                            range: start..<min(start + Self.copyPartSize, size), ifMatch: eTag)
                        return (index, eTag)
                    }
                }
                var eTags: [(Int, String)] = []
                for try await part in group { eTags.append(part) }
                return eTags.sorted { $0.0 < $1.0 }.map(\.1)
            }
            try await completeMultipartUpload(bucket: bucket, key: toKey, uploadID: uploadID, eTags: eTags)
        } catch {
            try? await abortMultipartUpload(bucket: bucket, key: toKey, uploadID: uploadID)
            throw error
        }
    }
}
