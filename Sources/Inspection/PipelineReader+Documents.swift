// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportPipeline

/// A document that was read.
enum ReadDocument<Value: Sendable>: Sendable {
    case usable(Value)
    /// It breaks a rule.
    case unusable

    var value: Value? {
        guard case .usable(let value) = self else { return nil }
        return value
    }
}

/// Reads documents that were not read yet, up to a limit, and keeps what they say.
extension PipelineReader {
    /// Reads documents of what has not ended first, then the newest. Throws if the caller may not read them: everything
    /// else that fails leaves a gap, which the next reading fills.
    func fillIn(_ snapshot: inout PipelineSnapshot) async throws {
        try await readMarkers(of: snapshot)
        try await readManifests(of: snapshot)
        for index in snapshot.markers.indices {
            let document = markers[snapshot.markers[index].key]
            snapshot.markers[index].document = document?.value
            if case .unusable = document { snapshot.markers[index].isUnusable = true }
        }
        for index in snapshot.manifests.indices {
            snapshot.manifests[index].facts =
                manifests[BucketLayout.manifestKey(of: snapshot.manifests[index].id)]?.value
        }
        let closed = Set(snapshot.manifests.map(\.id.delivery))
        let open = snapshot.markers.indices.filter { !closed.contains(snapshot.markers[$0].delivery) }
            .sorted { snapshot.markers[$0].writtenAt > snapshot.markers[$1].writtenAt }
            .prefix(InspectionLimits.countedOpenDeliveries)
        let deliveries = open.map { (index: $0, delivery: snapshot.markers[$0].delivery) }
        let reader = self
        var counted: [(Int, PipelineSnapshot.Stored?)] = []
        await deliveries.sideBySide(atMost: InspectionLimits.requestsAtOnce) {
            ($0.index, try? await reader.stored(in: $0.delivery))
        } take: {
            counted.append($0)
        }
        for (index, stored) in counted { snapshot.markers[index].stored = stored }
    }

    nonisolated func stored(in delivery: DeliveryID) async throws -> PipelineSnapshot.Stored {
        let listing = try await s3.listObjects(
            bucket: stack.bucket, prefix: BucketLayout.prefix(of: delivery),
            maximum: InspectionLimits.objectsPerDelivery)
        let studies = listing.objects.compactMap { BucketLayout.components(ofInstanceKey: $0.key, in: delivery)?.study }
        return .init(
            instances: listing.objects.count, bytes: listing.objects.reduce(0) { $0 &+ $1.size },
            studies: Set(studies).count, latest: listing.objects.map(\.lastModified).max())
    }

    private func readMarkers(of snapshot: PipelineSnapshot) async throws {
        if markers.count > InspectionLimits.keptDocuments { markers = [:] }
        let missing = snapshot.markers.filter { markers[$0.key] == nil }.sorted { $0.writtenAt > $1.writtenAt }
        let reader = self
        let read = try await Self.documents(missing) { marker in
            let document = try await reader.smallDocument(OpenDelivery.self, key: marker.key)
            let isUsable = document?.problem(expecting: marker.delivery, task: marker.task) == nil
            return document.map { isUsable ? .usable($0) : .unusable }
        }
        for (marker, document) in read { markers[marker.key] = document }
    }

    private func readManifests(of snapshot: PipelineSnapshot) async throws {
        if manifests.count > InspectionLimits.keptDocuments { manifests = [:] }
        let ended = Set(snapshot.items.filter { $0.outcome != .pending }.map(\.importID))
        let missing = snapshot.manifests.map(\.id).filter { manifests[BucketLayout.manifestKey(of: $0)] == nil }
            .sorted { (ended.contains($0) ? 0 : 1, $0) > (ended.contains($1) ? 0 : 1, $1) }
        let reader = self
        let read = try await Self.documents(missing) { id in
            try await reader.manifest(id).map { .usable(ManifestFacts($0)) }
        }
        for (id, document) in read { manifests[BucketLayout.manifestKey(of: id)] = document }
    }

    private static func documents<Name: Sendable, Value: Sendable>(
        _ names: [Name], read: @escaping @Sendable (Name) async throws -> ReadDocument<Value>?
    ) async throws -> [(Name, ReadDocument<Value>)] {
        var documents: [(Name, ReadDocument<Value>)] = []
        var failure: (any Error)?
        await names.prefix(InspectionLimits.documentsPerReading).sideBySide(atMost: InspectionLimits.requestsAtOnce) {
            let name = $0
            return (name, await Result(catching: { try await read(name) }))
        } take: { name, result in
            switch result {
            case .success(let document?): documents.append((name, document))
            case .success(nil): break
            case .failure(let error as AWSServiceError) where error.isDenied: failure = error
            case .failure(is DocumentError), .failure(is S3ObjectTooLarge): documents.append((name, .unusable))
            case .failure: break
            }
        }
        if let failure { throw failure }
        return documents
    }

    /// `nil` if there is none. Throws a `DocumentError` if it cannot be read.
    nonisolated func manifest(_ id: ImportID) async throws -> DeliveryManifest? {
        try await s3.getDocumentIfPresent(
            DeliveryManifest.self, bucket: stack.bucket, key: BucketLayout.manifestKey(of: id))
    }

    /// `nil` if there is none, or if it breaks a rule: its import was rejected then.
    nonisolated func readableManifest(_ id: ImportID) async throws -> DeliveryManifest? {
        do {
            return try await manifest(id)
        } catch is DocumentError {
            return nil
        } catch is S3ObjectTooLarge {
            return nil
        }
    }

    /// The lease that this object of a listing is; `nil` for any other object.
    nonisolated func lease(_ object: S3Client.ListedObject) async throws -> PipelineSnapshot.Lease? {
        guard let task = BucketLayout.task(ofLeaseKey: object.key) else { return nil }
        var seconds: Int?
        do {
            seconds = try await smallDocument(TaskLease.self, key: object.key)?.seconds
        } catch let error as AWSServiceError where error.isDenied {
            throw error
        } catch {
            // A task whose lease cannot be read counts as alive, as it does for a sweep.
        }
        return PipelineSnapshot.Lease(task: task, writtenAt: object.lastModified, seconds: seconds)
    }

    private nonisolated func smallDocument<Document: Decodable>(_: Document.Type, key: String) async throws -> Document?
    {
        let object = try await s3.getObjectIfPresent(
            bucket: stack.bucket, key: key, maximumBytes: DocumentLimits.maximumSmallBytes)
        return try object.map { try PipelineJSON.decode(Document.self, from: $0.body) }
    }
}

extension PipelineSnapshot.Marker {
    var key: String { BucketLayout.openMarkerKey(of: delivery, task: task) }
}
