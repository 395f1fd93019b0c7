import Synchronization

@testable import StoreSCP

/// Keeps everything in memory, and fails where a test asks for it.
final class MemoryStore: InstanceStore {
    struct Refused: Error {}

    private struct State {
        var objects: [String: [UInt8]] = [:]
        var removed: [String] = []
        var discarded: [String] = []
        var refusedPrefixes: Set<String> = []
    }

    let partSize: Int
    private let state = Mutex(State())

    init(partSize: Int = 1024) {
        self.partSize = partSize
    }

    var objects: [String: [UInt8]] { state.withLock { $0.objects } }
    var removed: [String] { state.withLock { $0.removed } }
    var discarded: [String] { state.withLock { $0.discarded } }

    func refuse(prefix: String) {
        state.withLock { _ = $0.refusedPrefixes.insert(prefix) }
    }

    func accept(prefix: String) {
        state.withLock { _ = $0.refusedPrefixes.remove(prefix) }
    }

    func writer(for key: String) -> any InstanceWriter { Writer(store: self, key: key) }

    func putDocument(_ body: [UInt8], key: String, onlyIfAbsent: Bool) async throws {
        try put(body, key: key, onlyIfAbsent: onlyIfAbsent)
    }

    func removeDocument(key: String) async throws {
        state.withLock { state in
            state.objects[key] = nil
            state.removed.append(key)
        }
    }

    private func put(_ body: [UInt8], key: String, onlyIfAbsent: Bool = false) throws {
        try state.withLock { state in
            guard !state.refusedPrefixes.contains(where: key.hasPrefix) else { throw Refused() }
            guard !onlyIfAbsent || state.objects[key] == nil else { return }
            state.objects[key] = body
        }
    }

    private actor Writer: InstanceWriter {
        let store: MemoryStore
        let key: String
        var bytes: [UInt8] = []

        init(store: MemoryStore, key: String) {
            self.store = store
            self.key = key
        }

        func append(_ part: [UInt8]) async throws { bytes += part }

        func finish(_ rest: [UInt8]) async throws { try store.put(bytes + rest, key: key) }

        func discard() async { store.state.withLock { $0.discarded.append(key) } }
    }
}
