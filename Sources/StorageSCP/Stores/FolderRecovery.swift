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
        do {
            let names = try Set(names(in: BucketLayout.openMarkers) + names(in: BucketLayout.taskLeases))
            for task in names.sorted().compactMap({ TaskID($0) }) where hasEnded(task) { await recover(task) }
        } catch {
            logger.error("deliveries of ended tasks not looked for: the next start tries again", error: error)
        }
    }

    // MARK: -

    private func recover(_ task: TaskID) async {
        do {
            for delivery in try names(in: "\(BucketLayout.openMarkers)\(task)").compactMap({ DeliveryID($0) }) {
                await close(delivery, of: task)
            }
        } catch {
            return logger.error(
                "deliveries of an ended task not closed: the next start of a receiver tries again", error: error,
                metadata: ["task": "\(task)"])
        }
        try? await store.removeDocument(key: BucketLayout.taskLeaseKey(of: task))
        // Fails while the folder still contains a marker.
        rmdir("\(directory)/\(BucketLayout.openMarkers)\(task)")
    }

    private func close(_ delivery: DeliveryID, of task: TaskID) async {
        do {
            if let open = try marker(of: delivery, task: task) { try await close(open) }
        } catch {
            logger.error(
                "delivery not closed: the next start of a receiver tries again", error: error,
                metadata: ["deliveryId": "\(delivery)"])
        }
    }

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
        guard stat("\(directory)/\(key)", &status) == 0 else { return errno == ENOENT }
        guard let document = try? store.read(key),
            let lease = try? PipelineJSON.decode(TaskLease.self, from: document)
        else { return false }
        return time(nil) - status.st_mtim.tv_sec > lease.secondsUntilGone
    }

    private func close(_ open: OpenDelivery) async throws {
        let listed = try instances(of: open.deliveryId)
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

    /// All of them, or an error: instances that are not listed would never be imported.
    private func instances(of delivery: DeliveryID) throws(FileError) -> ListedInstances {
        let prefix = BucketLayout.prefix(of: delivery)
        var listed = ListedInstances()
        for study in try names(in: prefix) {
            for series in try names(in: "\(prefix)\(study)") {
                for name in try names(in: "\(prefix)\(study)/\(series)") {
                    let key = "\(prefix)\(study)/\(series)/\(name)"
                    var status = stat()
                    guard stat("\(directory)/\(key)", &status) == 0 else {
                        guard errno == ENOENT else { throw FileError(operation: "stat", errno: errno) }
                        continue
                    }
                    listed.add(
                        key: key, size: Int(status.st_size),
                        lastModified: Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec)), in: delivery)
                }
            }
        }
        return listed
    }

    private func names(in folder: String) throws(FileError) -> [String] {
        try FolderListing.names(in: "\(directory)/\(folder)")
    }
}
