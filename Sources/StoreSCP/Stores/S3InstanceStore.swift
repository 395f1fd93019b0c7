import AWS
import NIOCore

/// Keeps instances in an S3 bucket.
struct S3InstanceStore: InstanceStore {
    private let instances: S3Client
    /// Has connections of its own: a lease that waited for a slow store to take a hundred instances would be lost, and the
    /// instances with it.
    private let documents: S3Client
    private let bucket: String
    private let chunks = ChunkPool()

    init(instances: S3Client, documents: S3Client, bucket: String) {
        self.instances = instances
        self.documents = documents
        self.bucket = bucket
    }

    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        S3InstanceWriter(
            object: S3Object(s3: instances, bucket: bucket, key: key), beginning: beginning, memory: memory,
            chunks: chunks,
            eventLoop: eventLoop)
    }

    func putDocument(_ body: [UInt8], key: String, onlyIfAbsent: Bool) async throws {
        do {
            try await documents.putObject(
                bucket: bucket, key: key, body: body, contentType: "application/json", onlyIfAbsent: onlyIfAbsent)
        } catch let error as AWSServiceError where onlyIfAbsent && error.statusCode == 412 {
            return
        }
    }

    func removeDocument(key: String) async throws {
        try await documents.deleteObject(bucket: bucket, key: key)
    }
}
