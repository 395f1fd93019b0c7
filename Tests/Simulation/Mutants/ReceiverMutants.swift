// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import NIOCore
import StorageSCP

/// The marker is removed before the manifest is written.
final class MarkerBeforeManifest: StoreMutant {
    override func createDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Bool
    ) async throws -> Bool {
        if let id = BucketLayout.importID(ofManifestKey: key) {
            for marker in store.bucket.allKeys(prefix: BucketLayout.openMarkers)
            where BucketLayout.openMarker(ofKey: marker)?.delivery == id.delivery {
                try? await store.removeDocument(key: marker)
            }
        }
        return try await original()
    }
}

/// The marker is reported as written when its request is sent: nothing waits for the answer.
final class AcknowledgedWithoutMarker: StoreMutant {
    override func putDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Void
    ) async throws {
        guard key.hasPrefix(BucketLayout.openMarkers) else { return try await original() }
        let bucket = store.bucket
        store.network.begin("PUT", key) {
            bucket.put(body, key: key)
        } completion: { _ in
        }
    }
}

/// An instance is reported as stored when its request is sent.
final class AcknowledgedWithoutObject: Mutant {
    override func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        Store(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Store: SimulatedStore, @unchecked Sendable {
        override func finish(_ body: [UInt8], key: String, promise: EventLoopPromise<Void>) {
            super.finish(body, key: key, promise: promise.futureResult.eventLoop.makePromise())
            promise.succeed()
        }
    }
}

/// A task that finds a manifest takes the delivery for closed, whatever the manifest lists.
final class ManifestNotCompared: StoreMutant {
    override func createDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Bool
    ) async throws -> Bool {
        _ = try await original()
        return true
    }
}

/// A manifest replaces an existing one.
final class ManifestsUnconditional: StoreMutant {
    override func createDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Bool
    ) async throws -> Bool {
        try await store.putDocument(body, key: key)
        return true
    }
}

/// A manifest lists only the first study, as if a delivery had one study.
final class ManifestOfOneStudy: StoreMutant {
    override func createDocument(
        _ body: [UInt8], key: String, in store: SimulatedStore, original: () async throws -> Bool
    ) async throws -> Bool {
        guard BucketLayout.importID(ofManifestKey: key) != nil,
            var manifest = try? PipelineJSON.decode(DeliveryManifest.self, from: body), manifest.studies.count > 1
        else { return try await original() }
        manifest.studies.removeLast(manifest.studies.count - 1)
        return try await store.createDocument(try PipelineJSON.encode(manifest), key: key)
    }
}

/// A key is used twice: an instance that is sent again is stored under the key of the first one as well.
final class KeyTwice: Mutant {
    override func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        Store(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Store: SimulatedStore, @unchecked Sendable {
        private var keys: [String: String] = [:]

        override func finish(_ body: [UInt8], key: String, promise: EventLoopPromise<Void>) {
            super.finish(body, key: key, promise: promise)
            let name = key.split(separator: "/").suffix(3).joined(separator: "/")
            let (first, bucket) = (keys[name] ?? key, bucket)
            keys[name] = first
            if first != key {
                network.begin("PUT", first) {
                    bucket.put(body, key: first)
                } completion: { _ in
                }
            }
        }
    }
}
