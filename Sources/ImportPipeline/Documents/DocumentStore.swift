/// Where the small documents about instances are kept. What it has accepted is durable.
package protocol DocumentStore: Sendable {
    /// Stores a document, in the place of one that may be there.
    func putDocument(_ body: [UInt8], key: String) async throws

    /// Stores a document where there is none. False: there is one, which stays.
    func createDocument(_ body: [UInt8], key: String) async throws -> Bool

    /// nil: there is none. A `DocumentError` where it is larger than a document may be.
    func document(key: String) async throws -> [UInt8]?

    /// Removing a document that does not exist is not an error.
    func removeDocument(key: String) async throws
}

extension DocumentStore {
    /// nil: there is none. A `DocumentError` where it is not what it should be.
    package func read<Document: Decodable>(_: Document.Type, key: String) async throws -> Document? {
        guard let body = try await document(key: key) else { return nil }
        return try PipelineJSON.decode(Document.self, from: body)
    }
}
