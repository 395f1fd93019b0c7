import AWS

/// Keeps instances in an S3 bucket.
struct S3InstanceStore: InstanceStore {
    let s3: S3Client
    let bucket: String
    /// The smallest part that S3 takes.
    let partSize = 5 << 20

    func writer(for key: String) -> any InstanceWriter {
        S3InstanceWriter(s3: s3, bucket: bucket, key: key)
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

/// One PUT for an instance that fits in a part, a multipart upload for a larger one.
private actor S3InstanceWriter: InstanceWriter {
    private static let contentType = "application/dicom"

    private let s3: S3Client
    private let bucket: String
    private let key: String
    private var uploadID: String?
    private var eTags: [String] = []

    init(s3: S3Client, bucket: String, key: String) {
        self.s3 = s3
        self.bucket = bucket
        self.key = key
    }

    func append(_ part: [UInt8]) async throws {
        let uploadID = try await currentUploadID()
        eTags.append(
            try await s3.uploadPart(
                bucket: bucket, key: key, uploadID: uploadID, partNumber: eTags.count + 1, body: part))
    }

    func finish(_ rest: [UInt8]) async throws {
        guard let uploadID else {
            return try await s3.putObject(bucket: bucket, key: key, body: rest, contentType: Self.contentType)
        }
        if !rest.isEmpty { try await append(rest) }
        try await s3.completeMultipartUpload(bucket: bucket, key: key, uploadID: uploadID, eTags: eTags)
        self.uploadID = nil
    }

    func discard() async {
        guard let uploadID else { return }
        // What stays all the same is removed by the bucket's lifecycle rule for unfinished uploads.
        try? await s3.abortMultipartUpload(bucket: bucket, key: key, uploadID: uploadID)
    }

    private func currentUploadID() async throws -> String {
        if let uploadID { return uploadID }
        let created = try await s3.createMultipartUpload(bucket: bucket, key: key, contentType: Self.contentType)
        uploadID = created
        return created
    }
}
