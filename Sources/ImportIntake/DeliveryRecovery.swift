// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging

/// Handles an open marker that was left: it starts the import of a manifest whose event was lost and, if the task is
/// gone, closes its delivery from a listing of the stored objects.
///
/// It may run twice at the same time, and while a task that was considered gone closes its deliveries itself: see
/// `ManifestWriter`. `TaskLease` explains why the listing is complete. A document that is not valid is logged and left
/// alone; it does not keep other deliveries from being closed.
struct DeliveryRecovery: Sendable {
    let bucket: any IntakeBucket
    let manifests: ManifestIntake
    let now: @Sendable () -> Date

    /// Events of living tasks can be lost too. The marker itself is not read.
    func look(atMarkerOfLivingTask marker: ListedMarker, logger: Logger) async throws -> SweepFinding {
        guard let result = try await manifests.start(ImportID(marker.delivery), logger: logger) else { return .open }
        try await manifests.removeMarker(of: marker.delivery, task: marker.task)
        return SweepFinding(result.result)
    }

    func look(atMarkerOfGoneTask marker: ListedMarker, logger: Logger) async throws -> SweepFinding {
        do {
            if let result = try await manifests.start(ImportID(marker.delivery), logger: logger),
                result.result != .rejected
            {
                try await manifests.removeMarker(of: marker.delivery, task: marker.task)
                return SweepFinding(result.result)
            }
        } catch is RejectionUntold {
            // What was stored is imported all the same. Closing the delivery tries to tell it again, and leaves the marker
            // if it cannot.
        }
        return try await close(marker, logger: logger)
    }

    private func close(_ marker: ListedMarker, logger: Logger) async throws -> SweepFinding {
        let delivery = marker.delivery
        guard let open = try await bucket.readSmall(OpenDelivery.self, key: marker.key, size: marker.size) else {
            return .gone
        }
        if let problem = open.problem(expecting: delivery, task: marker.task) { throw problem }
        let listed = try await StoredInstances(bucket: bucket).list(of: delivery)
        // The audit is written before the manifest: a second look finds what the task stores later if it was only
        // frozen. If a sweep is killed after writing the manifest, the audit makes a later sweep start the import.
        try await bucket.putDocument(try PipelineJSON.encode(open), key: BucketLayout.auditKey(of: delivery))
        let manifest = open.manifest(closedAt: now(), of: listed)
        var isWritten = false
        if !listed.instances.isEmpty {
            let result = try await ManifestWriter(store: bucket, logger: logger).write(manifest)
            isWritten = result != .complete
            _ = try await manifests.startAll(of: delivery, logger: logger)
        }
        try await manifests.removeMarker(of: delivery, task: marker.task)
        // Nothing was stored, or another party has closed the delivery in the meantime.
        guard isWritten else { return .cleared }
        logger.warning(
            "delivery recovered: its task is gone",
            metadata: [
                "deliveryId": "\(delivery)", "task": "\(open.task)", "studies": "\(manifest.studies.count)",
                "instances": "\(listed.instances.count)",
            ])
        return .recovered(delivery)
    }
}
