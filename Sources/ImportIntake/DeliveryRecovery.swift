import FoundationEssentials
import ImportPipeline
import Logging

/// Does what an open marker asks for that has been left: it starts the import of a manifest whose event was lost, and closes the
/// delivery of a task that is gone from a listing of what was stored.
///
/// It may run twice at once, and while the task that was thought gone closes its deliveries itself: see `ManifestWriter`. See
/// `TaskLease` for why nothing is missing in a listing. What is broken in the bucket is told and left alone; it keeps nobody
/// else's delivery from being closed.
struct DeliveryRecovery: Sendable {
    let bucket: any IntakeBucket
    let manifests: ManifestIntake
    let now: @Sendable () -> Date

    /// A lost event strikes living tasks too. The marker itself is not read.
    func look(atMarkerOfLivingTask marker: ListedMarker, logger: Logger) async throws -> SweepFinding {
        guard let result = try await manifests.start(ImportID(marker.delivery), logger: logger) else { return .open }
        try await manifests.removeMarker(of: marker.delivery, task: marker.task)
        return SweepFinding(result.result)
    }

    func look(atMarkerOfGoneTask marker: ListedMarker, logger: Logger) async throws -> SweepFinding {
        if let result = try await manifests.start(ImportID(marker.delivery), logger: logger),
            result.result != .rejected
        {
            try await manifests.removeMarker(of: marker.delivery, task: marker.task)
            return SweepFinding(result.result)
        }
        return try await close(marker, logger: logger)
    }

    private func close(_ marker: ListedMarker, logger: Logger) async throws -> SweepFinding {
        let delivery = marker.delivery
        guard let open = try await bucket.readSmall(OpenDelivery.self, key: marker.key, size: marker.size) else {
            return .gone
        }
        if let problem = open.problem(expecting: delivery, task: marker.task) { throw problem }
        let instances = try await StoredInstances(bucket: bucket).list(of: delivery)
        // Before the manifest: a second look finds what a task that was frozen, and not gone, has stored meanwhile. A sweep
        // that is killed after the manifest has left the audit, which starts the import in the end.
        try await bucket.putDocument(try PipelineJSON.encode(open), key: BucketLayout.auditKey(of: delivery))
        let manifest = open.manifest(closedAt: now(), instances: instances)
        var isWritten = false
        if !instances.isEmpty {
            let result = try await ManifestWriter(store: bucket, logger: logger).write(manifest)
            isWritten = result != .complete
            _ = try await manifests.startAll(of: delivery, logger: logger)
        }
        try await manifests.removeMarker(of: delivery, task: marker.task)
        // Nothing was stored, or somebody else has closed it meanwhile.
        guard isWritten else { return .cleared }
        logger.warning(
            "delivery recovered: its task is gone",
            metadata: [
                "deliveryId": "\(delivery)", "task": "\(open.task)", "studies": "\(manifest.studies.count)",
                "instances": "\(instances.count)",
            ])
        return .recovered(delivery)
    }
}
