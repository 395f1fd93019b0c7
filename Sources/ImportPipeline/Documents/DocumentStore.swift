// SPDX-License-Identifier: Apache-2.0

/// A store of the small documents about instances. A document that it has accepted is durable.
package protocol DocumentStore: Sendable {
    /// Stores a document, and replaces a document with the same key.
    func putDocument(_ body: [UInt8], key: String) async throws

    /// Stores a document if none has this key. `false`: one exists, and stays as it is.
    func createDocument(_ body: [UInt8], key: String) async throws -> Bool

    /// `nil` if the document does not exist. Throws a `DocumentError` if it is larger than a document may be.
    func document(key: String) async throws -> [UInt8]?

    /// Removing a document that does not exist is not an error.
    func removeDocument(key: String) async throws
}

extension DocumentStore {
    /// `nil` if the document does not exist. Throws a `DocumentError` if it is not valid.
    package func read<Document: Decodable>(_: Document.Type, key: String) async throws -> Document? {
        guard let body = try await document(key: key) else { return nil }
        return try PipelineJSON.decode(Document.self, from: body)
    }
}
