// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import ImportPipeline
import Logging

/// Closes the deliveries that ended tasks left open, from a listing of each delivery's files. For a bucket the function
/// TriggerImport does this; for a folder, the next receiver that starts.
struct FolderRecovery: Sendable {
    let directory: String
    let tasks: ProcessFolder
    let store: FolderInstanceStore
    let logger: Logger

    func run() async {
        let names = Set(names(in: BucketLayout.openMarkers) + names(in: BucketLayout.taskLeases))
        for task in names.sorted().compactMap({ TaskID($0) }) where hasEnded(task) {
            for delivery in self.names(in: "\(BucketLayout.openMarkers)\(task)").compactMap({ DeliveryID($0) }) {
                do {
                    if let open = try marker(of: delivery, task: task) { try await close(open) }
                } catch {
                    logger.error(
                        "delivery not closed: the next start of a receiver tries again", error: error,
                        metadata: ["deliveryId": "\(delivery)"])
                }
            }
            try? await store.removeDocument(key: BucketLayout.taskLeaseKey(of: task))
            // Fails while the folder still contains a marker.
            rmdir("\(directory)/\(BucketLayout.openMarkers)\(task)")
        }
    }

    // MARK: -

    /// Returns `nil` when the marker no longer exists.
    private func marker(of delivery: DeliveryID, task: TaskID) throws -> OpenDelivery? {
        guard let document = try store.read(BucketLayout.openMarkerKey(of: delivery, task: task)) else { return nil }
        let open = try PipelineJSON.decode(OpenDelivery.self, from: document)
        if let problem = open.problem(expecting: delivery, task: task) { throw problem }
        return open
    }

    /// Where file locks do not work, the age of the task lease tells whether the task has ended, as in a bucket.
    private func hasEnded(_ task: TaskID) -> Bool {
        guard !tasks.showsLivingTasks else { return !tasks.holds(task) }
        let key = BucketLayout.taskLeaseKey(of: task)
        var status = stat()
        guard let document = try? store.read(key), stat("\(directory)/\(key)", &status) == 0 else { return true }
        guard let lease = try? PipelineJSON.decode(TaskLease.self, from: document) else { return false }
        return time(nil) - status.st_mtim.tv_sec > lease.secondsUntilGone
    }

    private func close(_ open: OpenDelivery) async throws {
        let listed = instances(of: open.deliveryId)
        if !listed.instances.isEmpty {
            let result = try await ManifestWriter(store: store, logger: logger).write(
                open.manifest(closedAt: Date(), of: listed))
            if result != .complete {
                logger.warning(
                    "delivery recovered: its task has ended",
                    metadata: [
                        "deliveryId": "\(open.deliveryId)", "task": "\(open.task)",
                        "instances": "\(listed.instances.count)",
                    ])
            }
        }
        try await store.removeDocument(key: BucketLayout.openMarkerKey(of: open.deliveryId, task: open.task))
    }

    private func instances(of delivery: DeliveryID) -> ListedInstances {
        let prefix = BucketLayout.prefix(of: delivery)
        var listed = ListedInstances()
        for study in names(in: prefix) {
            for series in names(in: "\(prefix)\(study)") {
                for name in names(in: "\(prefix)\(study)/\(series)") {
                    let key = "\(prefix)\(study)/\(series)/\(name)"
                    var status = stat()
                    guard stat("\(directory)/\(key)", &status) == 0 else { continue }
                    listed.add(
                        key: key, size: Int(status.st_size),
                        lastModified: Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec)), in: delivery)
                }
            }
        }
        return listed
    }

    private func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)")) ?? []).sorted()
    }
}
