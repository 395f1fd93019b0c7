// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Logging

/// Starts the import of a delivery's manifest, and removes the delivery's open marker afterwards: until then the marker
/// tells the sweep that work is left.
package struct ManifestIntake: Sendable {
    private let bucket: any IntakeBucket
    private let bucketName: String
    private let starter: ImportStarter
    private let outputRoot: String
    private let datastores: PermittedDatastores

    /// `outputRoot` is an S3 URI that ends in `/`.
    package init(
        bucket: any IntakeBucket, bucketName: String, starter: ImportStarter, outputRoot: String,
        datastores: PermittedDatastores
    ) {
        self.bucket = bucket
        self.bucketName = bucketName
        self.starter = starter
        self.outputRoot = outputRoot
        self.datastores = datastores
    }

    /// Handles the event of a manifest. A further manifest does not remove the marker, since the event of the first one
    /// may have been lost. `nil` if the manifest does not exist.
    package func take(_ id: ImportID, logger: Logger) async throws -> IntakeResult? {
        guard let (result, task) = try await startOwned(id, logger: logger) else { return nil }
        // If the manifest does not tell the task, its marker is left to the sweep, which knows the task by the key of
        // the marker.
        if let task, id.number == 0 { try await removeMarker(of: id.delivery, task: task) }
        return result
    }

    /// Starts the import and leaves the marker. `nil` if the manifest does not exist.
    func start(_ id: ImportID, logger: Logger) async throws -> IntakeResult? {
        try await startOwned(id, logger: logger)?.result
    }

    /// Starts the imports of all manifests of the delivery, in their order. One that fails does not keep the next from
    /// being started; its error is thrown in the end. After two failures the services are not asked further.
    func startAll(of delivery: DeliveryID, logger: Logger) async throws -> [IntakeResult] {
        var results: [IntakeResult] = []
        var failure: (any Error)?
        for number in 0...ImportID.maximumNumber {
            do {
                guard let result = try await start(ImportID(delivery, number: number), logger: logger) else { break }
                results.append(result)
            } catch {
                if let failure { throw failure }
                failure = error
            }
        }
        if let failure { throw failure }
        return results
    }

    func removeMarker(of delivery: DeliveryID, task: TaskID) async throws {
        try await bucket.removeDocument(key: BucketLayout.openMarkerKey(of: delivery, task: task))
    }

    // MARK: -

    private func startOwned(_ id: ImportID, logger: Logger) async throws -> (result: IntakeResult, task: TaskID?)? {
        func rejection(_ message: String) -> Rejection {
            Rejection(
                deliveryId: id.delivery, inputS3Uri: "s3://\(bucketName)/\(BucketLayout.prefix(of: id.delivery))",
                message: message)
        }
        let document: [UInt8]?
        let manifest: DeliveryManifest
        do {
            document = try await bucket.document(key: BucketLayout.manifestKey(of: id))
        } catch let error as DocumentError {
            return (try await starter.reject(rejection(Self.unreadable(error)), logger: logger), nil)
        }
        guard let document else { return nil }
        do {
            manifest = try PipelineJSON.decode(DeliveryManifest.self, from: document)
        } catch {
            let task = (try? PipelineJSON.decode(Owner.self, from: document))?.task
            return (try await starter.reject(rejection(Self.unreadable(error)), logger: logger), task)
        }
        if let problem = manifest.problem(expecting: id.delivery) ?? datastores.problem(with: manifest.datastoreId) {
            var rejection = rejection(problem)
            rejection.datastoreId = manifest.datastoreId
            rejection.route = manifest.route
            rejection.callingAETitle = manifest.callingAETitle
            rejection.calledAETitle = manifest.calledAETitle
            return (try await starter.reject(rejection, logger: logger), manifest.task)
        }
        let request = ImportRequest(manifest, of: id, bucket: bucketName, outputRoot: outputRoot)
        let instances = manifest.pendingInstances(of: id)
        return (try await starter.start(request, of: instances, logger: logger), manifest.task)
    }

    private static func unreadable(_ error: DocumentError) -> String {
        "expected a delivery's manifest, but it cannot be read: \(error)"
    }

    /// The part of a manifest that names the task of the delivery.
    private struct Owner: Decodable {
        let task: TaskID
    }
}
