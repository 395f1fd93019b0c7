import AWS

extension S3Client {
    /// Reads a document of the bucket: a `DocumentError` where it is larger than a document may be, or not what it should be.
    package func getDocument<Document: Decodable>(
        _: Document.Type, bucket: String, key: String
    ) async throws -> Document {
        do {
            let object = try await getObject(bucket: bucket, key: key, maximumBytes: DocumentLimits.maximumBytes)
            return try PipelineJSON.decode(Document.self, from: object.body)
        } catch let error as S3ObjectTooLarge {
            throw DocumentError(expected: "at most \(error.maximum) bytes, but it has more")
        }
    }
}
