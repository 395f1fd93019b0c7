// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The bucket in S3.
package struct S3IntakeBucket: IntakeBucket {
    private let s3: S3Client
    private let name: String
    private let documents: S3DocumentStore

    package init(s3: S3Client, name: String) {
        self.s3 = s3
        self.name = name
        documents = S3DocumentStore(s3: s3, bucket: name)
    }

    package func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing {
        try await s3.listObjects(bucket: name, prefix: prefix, startingAfter: key, maximum: maximum)
    }

    package func folders(prefix: String) async throws -> [String] {
        try await s3.listFolders(bucket: name, prefix: prefix, maximum: HealthImagingLimits.maximumInstances)
    }

    package func putDocument(_ body: [UInt8], key: String) async throws {
        try await documents.putDocument(body, key: key)
    }

    package func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        try await documents.createDocument(body, key: key)
    }

    package func document(key: String) async throws -> [UInt8]? {
        try await documents.document(key: key)
    }

    package func removeDocument(key: String) async throws {
        try await documents.removeDocument(key: key)
    }
}
