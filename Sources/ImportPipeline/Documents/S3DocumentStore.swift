// SPDX-License-Identifier: Apache-2.0

import AWS

/// Keeps documents in an S3 bucket.
package struct S3DocumentStore: DocumentStore {
    private let s3: S3Client
    private let bucket: String

    package init(s3: S3Client, bucket: String) {
        self.s3 = s3
        self.bucket = bucket
    }

    package func putDocument(_ body: [UInt8], key: String) async throws {
        try await s3.putObject(bucket: bucket, key: key, body: body, contentType: "application/json")
    }

    package func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        try await s3.putObjectIfAbsent(bucket: bucket, key: key, body: body, contentType: "application/json")
    }

    package func document(key: String) async throws -> [UInt8]? {
        try await s3.getDocumentIfPresent(bucket: bucket, key: key)
    }

    package func removeDocument(key: String) async throws {
        try await s3.deleteObject(bucket: bucket, key: key)
    }
}
