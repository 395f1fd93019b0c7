import ByteComparison
import Logging
import StructuredLog

/// Writes a delivery's manifest. Where somebody else has written one, it writes what that one lacks into a further manifest,
/// which starts an import of its own.
package struct ManifestWriter: Sendable {
    package enum Result: Sendable, Equatable {
        /// This manifest was written by this call.
        case written(ImportID)
        /// Everything is in manifests that were there already.
        case complete
    }

    private let store: any DocumentStore
    private let logger: Logger

    package init(store: any DocumentStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// May be called again after an error: what an earlier call has written is found and compared like any other.
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
                "another manifest of the delivery lacks instances that are to be imported: they get a further one",
                metadata: ["importId": "\(id)", "instances": "\(manifest.instances.count)"])
        }
        throw DocumentError(
            path: BucketLayout.manifests(of: manifest.deliveryId),
            expected: "at most \(ImportID.maximumNumber + 1) manifests of one delivery, but there are more")
    }

    /// Those that a manifest which is there lists. One that starts no import lists nothing.
    private func keys(in key: String, of delivery: DeliveryID) async throws -> Set<ByteText> {
        do {
            guard let manifest = try await store.read(DeliveryManifest.self, key: key) else {
                throw ManifestVanished(key: key)
            }
            guard manifest.problem(expecting: delivery) == nil else { return [] }
            return manifest.keys
        } catch let error as DocumentError {
            logger.error(
                "a manifest that is there cannot be read: what it may list is imported by a further one", error: error,
                metadata: ["deliveryId": "\(delivery)"])
            return []
        }
    }
}

/// The store would not write a manifest since there was one, and then there was none.
struct ManifestVanished: Error, Equatable, CustomStringConvertible {
    let key: String

    var description: String { "expected the manifest that kept ours from being written, \(key), but it is gone" }
}
