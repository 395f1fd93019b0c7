/// Where instances and the documents about them are kept. What it has accepted is durable.
protocol InstanceStore: Sendable {
    /// Instances are written in parts of at least this size, but for the last.
    var partSize: Int { get }

    /// Nothing exists under the key until the writer has finished.
    func writer(for key: String) -> any InstanceWriter

    /// Stores a small document. With `onlyIfAbsent` one that is there already stays, and that is no error.
    func putDocument(_ body: [UInt8], key: String, onlyIfAbsent: Bool) async throws

    func removeDocument(key: String) async throws
}

/// Writes one instance; its methods are called one after another.
protocol InstanceWriter: Sendable {
    func append(_ part: [UInt8]) async throws

    /// Writes the rest. The instance is durable and visible under its key when this returns.
    func finish(_ rest: [UInt8]) async throws

    /// Leaves nothing behind of an instance that was not finished.
    func discard() async
}
