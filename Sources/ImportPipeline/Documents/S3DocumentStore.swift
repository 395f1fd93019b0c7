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
        do {
            try await s3.putObject(
                bucket: bucket, key: key, body: body, contentType: "application/json", onlyIfAbsent: true)
            return true
        } catch let error as AWSServiceError where error.statusCode == 412 {
            return false
        }
    }

    package func document(key: String) async throws -> [UInt8]? {
        do {
            return try await s3.getDocument(bucket: bucket, key: key)
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }

    package func removeDocument(key: String) async throws {
        try await s3.deleteObject(bucket: bucket, key: key)
    }
}
