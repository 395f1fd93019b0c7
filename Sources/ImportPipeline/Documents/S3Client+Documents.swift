import AWS

extension S3Client {
    /// Reads a document of the bucket: a `DocumentError` where it is larger than a document may be, or not what it should be.
    package func getDocument<Document: Decodable>(
        _: Document.Type, bucket: String, key: String
    ) async throws -> Document {
        try PipelineJSON.decode(Document.self, from: try await getDocument(bucket: bucket, key: key))
    }

    /// The same, as it is stored.
    func getDocument(bucket: String, key: String) async throws -> [UInt8] {
        do {
            return try await getObject(bucket: bucket, key: key, maximumBytes: DocumentLimits.maximumBytes).body
        } catch is S3ObjectTooLarge {
            throw DocumentError.tooLarge
        }
    }
}
