// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import NIOCore
import StorageSCP

/// The bucket as one process sees it.
// Sendable: a run has one thread.
class SimulatedStore: InstanceStore, @unchecked Sendable {
    let network: Network
    let bucket: ModelledBucket
    /// The key of the instance whose upload began last.
    private(set) var lastKey: String?
    var mutant: StoreMutant?

    init(network: Network, bucket: ModelledBucket) {
        self.network = network
        self.bucket = bucket
    }

    func putDocument(_ body: [UInt8], key: String) async throws {
        let original = { [network, bucket] in try await network.send("PUT", key) { bucket.put(body, key: key) } }
        guard let mutant else { return try await original() }
        try await mutant.putDocument(body, key: key, in: self, original: original)
    }

    func createDocument(_ body: [UInt8], key: String) async throws -> Bool {
        let original = { [network, bucket] in
            try await network.send("PUT if absent", key) { bucket.create(body, key: key) }
        }
        guard let mutant else { return try await original() }
        return try await mutant.createDocument(body, key: key, in: self, original: original)
    }

    func document(key: String) async throws -> [UInt8]? {
        try await network.send("GET", key) { self.bucket[key]?.body }
    }

    func removeDocument(key: String) async throws {
        try await network.send("DELETE", key) { self.bucket.remove(key) }
    }

    func writer(
        for key: String, beginning: ByteBuffer, memory: BufferShare, eventLoop: any EventLoop
    ) -> any InstanceWriter {
        lastKey = key
        return SimulatedWriter(store: self, key: key, beginning: beginning, eventLoop: eventLoop)
    }

    /// Uploads a complete instance.
    func finish(_ body: [UInt8], key: String, promise: EventLoopPromise<Void>) {
        network.begin("PUT", key) { [bucket] in
            bucket.put(body, key: key)
        } completion: {
            promise.completeWith($0)
        }
    }
}
