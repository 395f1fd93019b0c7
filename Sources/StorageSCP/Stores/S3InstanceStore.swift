// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline
import NIOCore

/// Keeps instances in an S3 bucket.
struct S3InstanceStore: InstanceStore {
    let leases: any DocumentStore
    private let instances: S3Client
    private let documents: any DocumentStore
    private let bucket: String
    private let chunks = ChunkPool()

    init(instances: S3Client, documents: any DocumentStore, leases: any DocumentStore, bucket: String) {
        self.instances = instances
        self.documents = documents
        self.leases = leases
        self.bucket = bucket
    }

    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        S3InstanceWriter(
            object: InstanceObject(s3: instances, bucket: bucket, key: key), beginning: beginning, memory: memory,
            chunks: chunks,
            eventLoop: eventLoop)
    }

    func putDocument(_ body: [UInt8], key: String) async throws {
        try await documents.putDocument(body, key: key)
    }

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        try await documents.createDocument(body, key: key)
    }

    func document(key: String) async throws -> [UInt8]? {
        try await documents.document(key: key)
    }

    func removeDocument(key: String) async throws {
        try await documents.removeDocument(key: key)
    }
}
