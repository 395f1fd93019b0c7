// SPDX-License-Identifier: Apache-2.0

import AWS

extension S3Client {
    /// Reads a document of the bucket; `nil` when there is none. Throws a `DocumentError` when it is larger than a document
    /// may be, or cannot be decoded.
    package func getDocumentIfPresent<Document: Decodable>(
        _: Document.Type, bucket: String, key: String
    ) async throws -> Document? {
        let document = try await getDocumentIfPresent(bucket: bucket, key: key)
        return try document.map { try PipelineJSON.decode(Document.self, from: $0) }
    }

    /// The same, as it is stored.
    func getDocumentIfPresent(bucket: String, key: String) async throws -> [UInt8]? {
        do {
            return try await getObjectIfPresent(
                bucket: bucket, key: key, maximumBytes: DocumentLimits.maximumBytes)?.body
        } catch is S3ObjectTooLarge {
            throw DocumentError.tooLarge
        }
    }
}
