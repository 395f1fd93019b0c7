// SPDX-License-Identifier: Apache-2.0

extension S3Client {
    private static let contentType = "application/dicom"

    /// `CopyObject` accepts larger objects, but responds only after the whole copy. Parts of a larger object are copied
    /// in parallel.
    private static let maximumSimpleCopy = 512 << 20
    private static let copyPartSize = 512 << 20

    /// Copies the bytes of an object of any size inside a bucket, if it still has this ETag. A large object is copied
    /// in parts.
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
