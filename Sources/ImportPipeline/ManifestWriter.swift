// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import Logging
import StructuredLog

/// Writes the manifest of a delivery. If another party has already written one, the instances that it lacks go into a
/// further manifest, which starts an import of its own.
package struct ManifestWriter: Sendable {
    package enum Result: Sendable, Equatable {
        /// This manifest was written by this call.
        case written(ImportID)
        /// All instances are in manifests that already existed.
        case complete
    }

    private let store: any DocumentStore
    private let logger: Logger

    package init(store: any DocumentStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// May be called again after an error: a manifest that an earlier call has written is found and compared like any
    /// other.
    package func write(_ manifest: DeliveryManifest) async throws -> Result {
        var manifest = manifest
        for number in 0...ImportID.maximumNumber {
            let id = ImportID(manifest.deliveryId, number: number)
            let key = BucketLayout.manifestKey(of: id)
            if try await store.createDocument(try PipelineJSON.encode(manifest), key: key) { return .written(id) }
            let known = try await keys(in: key, of: manifest.deliveryId)
            manifest.removeInstances { known.contains(ByteText($0.key)) }
            guard !manifest.studies.isEmpty else { return .complete }
            logger.warning(
                "another manifest of the delivery lacks instances that are to be imported: they get a further manifest",
                metadata: ["importId": "\(id)", "instances": "\(manifest.instances.count)"])
        }
        throw DocumentError(
            path: BucketLayout.manifests(of: manifest.deliveryId),
            expected: "at most \(ImportID.maximumNumber + 1) manifests of one delivery, but there are more")
    }

    /// The keys that an existing manifest lists. A manifest that starts no import counts as empty.
    private func keys(in key: String, of delivery: DeliveryID) async throws -> Set<ByteText> {
        do {
            guard let manifest = try await store.read(DeliveryManifest.self, key: key) else {
                throw ManifestVanished(key: key)
            }
            guard manifest.problem(expecting: delivery) == nil else { return [] }
            return manifest.keys
        } catch let error as DocumentError {
            logger.error(
                "an existing manifest cannot be read: instances that it may list get a further manifest", error: error,
                metadata: ["deliveryId": "\(delivery)"])
            return []
        }
    }
}

/// The store refused to write the manifest because one existed; then none was found.
struct ManifestVanished: Error, Equatable, CustomStringConvertible {
    let key: String

    var description: String {
        "expected the manifest that kept ours from being written, \(key), but it does not exist any more"
    }
}
