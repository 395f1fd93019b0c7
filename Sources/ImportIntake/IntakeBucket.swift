import AWS
import ImportPipeline

/// The bucket as the intake sees it: documents, and what is listed below a prefix.
package protocol IntakeBucket: DocumentStore {
    /// The objects whose keys begin with the prefix, in the order of their keys: only those after `key`, where one is given,
    /// and at most `maximum`.
    func list(prefix: String, startingAfter key: String?, maximum: Int) async throws -> S3Client.Listing
}

extension IntakeBucket {
    /// A small document, of a size that a listing told: a larger one is not read.
    func readSmall<Document: Decodable>(_: Document.Type, key: String, size: Int) async throws -> Document? {
        guard size <= DocumentLimits.maximumSmallBytes else {
            throw DocumentError(expected: "at most \(DocumentLimits.maximumSmallBytes) bytes, but it has \(size)")
        }
        return try await read(Document.self, key: key)
    }
}
