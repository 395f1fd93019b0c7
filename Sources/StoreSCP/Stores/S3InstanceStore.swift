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
