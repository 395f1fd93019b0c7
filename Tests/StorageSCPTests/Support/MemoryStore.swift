// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Digests
import NIOCore
import Synchronization

@testable import StorageSCP

/// Keeps everything in memory, and fails when a test asks for it.
final class MemoryStore: InstanceStore {
    struct Refused: Error {}

    private struct State {
        var objects: [String: [UInt8]] = [:]
        var removed: [String] = []
        var created: [String] = []
        var discarded: [String] = []
        var refusedPrefixes: Set<String> = []
        var refusesRemovals = false
        var refusesWrites = false
        var refusals = 0
        var answersToLose = 0
        var readsToRefuse = 0
        var beforeAnswer: @Sendable () -> Void = {}
        var heldPrefix: String?
        var held: [(key: String, continuation: CheckedContinuation<Void, Never>)] = []
    }

    let startsImports: Bool
    private let state = Mutex(State())

    init(startsImports: Bool = true) {
        self.startsImports = startsImports
    }

    var objects: [String: [UInt8]] { state.withLock { $0.objects } }
    /// The keys of created documents, in order.
    var created: [String] { state.withLock { $0.created } }
    var removed: [String] { state.withLock { $0.removed } }
    /// The number of refused requests.
    var refusals: Int { state.withLock { $0.refusals } }
    var discarded: [String] { state.withLock { $0.discarded } }

    func refuse(prefix: String) {
        state.withLock { _ = $0.refusedPrefixes.insert(prefix) }
    }

    func accept(prefix: String) {
        state.withLock { _ = $0.refusedPrefixes.remove(prefix) }
    }

    /// Refuses every write after an object's beginning.
    func refuseWrites() {
        state.withLock { $0.refusesWrites = true }
    }

    func refuseRemovals(_ refuses: Bool) {
        state.withLock { $0.refusesRemovals = refuses }
    }

    /// Creates this many documents and then reports that they were not created.
    func loseAnswers(_ count: Int) {
        state.withLock { $0.answersToLose = count }
    }

    func refuseReads(_ count: Int) {
        state.withLock { $0.readsToRefuse = count }
    }

    /// Calls `action` after a document is stored and before the writer gets the answer.
    func beforeAnswer(_ action: @escaping @Sendable () -> Void) {
        state.withLock { $0.beforeAnswer = action }
    }

    /// Does not answer for documents below the prefix until `release` is called.
    func hold(prefix: String) {
        state.withLock { $0.heldPrefix = prefix }
    }

    /// The documents that wait for their answer, in the order in which they were written.
    var heldKeys: [String] { state.withLock { $0.held.map(\.key) } }

    /// Answers for the first document that waits.
    func release() {
        state.withLock { $0.held.removeFirst() }.continuation.resume()
    }

    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        Writer(store: self, key: key, bytes: beginning, eventLoop: eventLoop)
    }

    func putDocument(_ body: [UInt8], key: String) async throws {
        try put(body, key: key)
        await answer(of: key)
    }

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        let isCreated = try state.withLock { state in
            guard state.objects[key] == nil else { return false }
            try Self.put(body, key: key, in: &state)
            state.created.append(key)
            guard state.answersToLose == 0 else {
                state.answersToLose -= 1
                state.refusals += 1
                throw Refused()
            }
            return true
        }
        await answer(of: key)
        return isCreated
    }

    func document(key: String) async throws -> [UInt8]? {
        try state.withLock { state in
            guard state.readsToRefuse == 0 else {
                state.readsToRefuse -= 1
                state.refusals += 1
                throw Refused()
            }
            return state.objects[key]
        }
    }

    private func answer(of key: String) async {
        if let prefix = state.withLock({ $0.heldPrefix }), key.hasPrefix(prefix) {
            await withCheckedContinuation { continuation in
                state.withLock { $0.held.append((key, continuation)) }
            }
        }
        state.withLock { $0.beforeAnswer }()
    }

    func removeDocument(key: String) async throws {
        try state.withLock { state in
            guard !state.refusesRemovals else {
                state.refusals += 1
                throw Refused()
            }
            state.objects[key] = nil
            state.removed.append(key)
        }
    }

    private func put(_ body: [UInt8], key: String) throws {
        try state.withLock { try Self.put(body, key: key, in: &$0) }
    }

    private static func put(_ body: [UInt8], key: String, in state: inout State) throws {
        guard !state.refusedPrefixes.contains(where: key.hasPrefix) else {
            state.refusals += 1
            throw Refused()
        }
        state.objects[key] = body
    }

    private final class Writer: InstanceWriter {
        private let store: MemoryStore
        private let key: String
        private let eventLoop: any EventLoop
        private var bytes: ByteBuffer

        init(store: MemoryStore, key: String, bytes: ByteBuffer, eventLoop: any EventLoop) {
            self.store = store
            self.key = key
            self.bytes = bytes
            self.eventLoop = eventLoop
        }

        func write(_ bytes: ByteBuffer) -> Readiness {
            guard !store.state.withLock(\.refusesWrites) else {
                return .after(eventLoop.makeFailedFuture(Refused()))
            }
            self.bytes.writeImmutableBuffer(bytes)
            return .now
        }

        func finish(_ checksum: CRC32) -> Readiness {
            .after(eventLoop.makeCompletedFuture { try store.put(Array(bytes.readableBytesView), key: key) })
        }

        func discard() -> EventLoopFuture<Void> {
            store.state.withLock { $0.discarded.append(key) }
            return eventLoop.makeSucceededVoidFuture()
        }
    }
}
