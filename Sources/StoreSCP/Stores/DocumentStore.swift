/// Where the small documents about instances are kept. What it has accepted is durable.
package protocol DocumentStore: Sendable {
    /// Stores a document. With `onlyIfAbsent` one that is there already stays, and that is no error.
    func putDocument(_ body: [UInt8], key: String, onlyIfAbsent: Bool) async throws

    func removeDocument(key: String) async throws
}
