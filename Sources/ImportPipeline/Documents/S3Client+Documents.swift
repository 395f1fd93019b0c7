import AWS

extension S3Client {
    /// Reads a document of the bucket. Throws a `DocumentError` if it is larger than a document may be, or not valid.
    package func getDocument<Document: Decodable>(
        _: Document.Type, bucket: String, key: String
    ) async throws -> Document {
        try PipelineJSON.decode(Document.self, from: try await getDocument(bucket: bucket, key: key))
    }

    /// The bytes of a document of the bucket.
    func getDocument(bucket: String, key: String) async throws -> [UInt8] {
        do {
            return try await getObject(bucket: bucket, key: key, maximumBytes: DocumentLimits.maximumBytes).body
        } catch is S3ObjectTooLarge {
            throw DocumentError.tooLarge
        }
    }
}
