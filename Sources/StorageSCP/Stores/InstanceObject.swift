// SPDX-License-Identifier: Apache-2.0

import AWS
import Digests

/// The S3 object of one instance, and the requests that create it.
struct InstanceObject: Sendable {
    private static let contentType = "application/dicom"

    let s3: S3Client
    let bucket: String
    let key: String

    func put(_ whole: ObjectPart, checksum: CRC32) async throws {
        try await s3.putObject(
            bucket: bucket, key: key, body: whole, checksum: checksum, contentType: Self.contentType)
    }

    func createUpload() async throws -> String {
        try await s3.createMultipartUpload(
            bucket: bucket, key: key, contentType: Self.contentType, withChecksum: true)
    }

    /// Sends a part and returns its ETag.
    func upload(_ part: ObjectPart, number: Int, to uploadID: String) async throws -> String {
        try await s3.uploadPart(
            bucket: bucket, key: key, uploadID: uploadID, partNumber: number, body: part, checksum: part.checksum)
    }

    func complete(_ uploadID: String, eTags: [String], size: Int, checksum: CRC32) async throws {
        try await s3.completeMultipartUpload(
            bucket: bucket, key: key, uploadID: uploadID, eTags: eTags, size: size, checksum: checksum)
    }

    func abort(_ uploadID: String) async throws {
        try await s3.abortMultipartUpload(bucket: bucket, key: key, uploadID: uploadID)
    }
}
