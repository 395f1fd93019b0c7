import AWS

/// Keeps documents in an S3 bucket, over connections of its own.
struct S3DocumentStore: DocumentStore {
    private let s3: S3Client
    private let bucket: String

    init(s3: S3Client, bucket: String) {
        self.s3 = s3
        self.bucket = bucket
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
