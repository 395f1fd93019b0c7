// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging

/// Looks a second time at a delivery that a sweep closed, long after a task that was only frozen has gone on or ended.
/// Instances under the prefix that no manifest lists get a further manifest, and the import of every manifest is
/// started.
struct SecondLook: Sendable {
    let bucket: any IntakeBucket
    let manifests: ManifestIntake
    let now: @Sendable () -> Date

    func look(at audit: ListedAudit, logger: Logger) async throws -> SweepFinding {
        let delivery = audit.delivery
        guard let open = try await bucket.readSmall(OpenDelivery.self, key: audit.key, size: audit.size) else {
            return .gone
        }
        if let problem = open.problem(expecting: delivery) { throw problem }
        let listed = try await StoredInstances(bucket: bucket).list(of: delivery)
        var written: ImportID?
        if !listed.instances.isEmpty,
            case .written(let id) = try await ManifestWriter(store: bucket, logger: logger).write(
                open.manifest(closedAt: now(), of: listed))
        {
            written = id
        }
        // The imports of all manifests, since the event of a further manifest may have been lost too.
        let results = try await manifests.startAll(of: delivery, logger: logger)
        try await bucket.removeDocument(key: audit.key)
        let foundLate = written.map { results.indices.contains($0.number) ? results[$0.number].instanceCount : 0 } ?? 0
        if foundLate > 0 {
            logger.warning(
                "a second look found instances that no manifest listed",
                metadata: ["deliveryId": "\(delivery)", "instances": "\(foundLate)"])
        }
        return .auditClosed(foundLate: foundLate)
    }
}
