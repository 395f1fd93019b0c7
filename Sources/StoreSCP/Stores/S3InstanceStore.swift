import AWS
import NIOCore

/// Keeps instances in an S3 bucket.
struct S3InstanceStore: InstanceStore {
    let s3: S3Client
    let bucket: String
    let chunks = ChunkPool()

    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        S3InstanceWriter(
            object: S3Object(s3: s3, bucket: bucket, key: key), beginning: beginning, memory: memory, chunks: chunks,
            eventLoop: eventLoop)
    }

    func putDocument(_ body: [UInt8], key: String, onlyIfAbsent: Bool) async throws {
        do {
            try await s3.putObject(
                bucket: bucket, key: key, body: body, contentType: "application/json", onlyIfAbsent: onlyIfAbsent)
        } catch let error as AWSServiceError where onlyIfAbsent && error.statusCode == 412 {
            return
        }
    }

    func removeDocument(key: String) async throws {
        try await s3.deleteObject(bucket: bucket, key: key)
    }
}

/// An instance's object, and the requests that make it.
struct S3Object: Sendable {
    private static let contentType = "application/dicom"

    let s3: S3Client
    let bucket: String
    let key: String

    func put(_ part: ObjectPart) async throws {
        try await s3.putObject(
            bucket: bucket, key: key, body: part, checksum: part.checksum, contentType: Self.contentType)
    }

    func createUpload() async throws -> String {
        try await s3.createMultipartUpload(
            bucket: bucket, key: key, contentType: Self.contentType, withChecksum: true)
    }

    /// The part's ETag.
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
