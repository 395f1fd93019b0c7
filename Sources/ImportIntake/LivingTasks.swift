// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// Finds out by their leases which tasks are alive.
struct LivingTasks: Sendable {
    static let maximumLeases = 10_000
    private static let atOnce = 16

    let bucket: any IntakeBucket
    let now: @Sendable () -> Date
    let clock: any Clock<Duration>

    /// The tasks among these that are alive. Their markers must have been listed before: a task writes its lease before
    /// its markers, so no marker of a running task lacks a lease.
    func among(_ tasks: Set<TaskID>, within time: WorkingTime, logger: Logger) async throws -> Set<TaskID> {
        // The clock is read before the leases are listed. If the function was frozen in between, a lease would
        // otherwise look older than it was when it was listed.
        let now = now()
        let leases = try await bucket.list(
            prefix: BucketLayout.taskLeases, startingAfter: nil, maximum: Self.maximumLeases)
        guard leases.isComplete else {
            // A task whose lease is not in the listing would be considered gone.
            throw DocumentError(
                path: BucketLayout.taskLeases, expected: "at most \(Self.maximumLeases) leases, but there are more")
        }
        let known = leases.objects.compactMap { object in
            BucketLayout.task(ofLeaseKey: object.key).map { (task: $0, object: object) }
        }
        if known.count < leases.objects.count {
            logger.error(
                "leases whose keys name no task", metadata: ["count": "\(leases.objects.count - known.count)"])
        }
        var alive: Set<TaskID> = []
        await known.filter { tasks.contains($0.task) }.sideBySide(atMost: Self.atOnce) { task, object in
            await isAlive(task, lease: object, now: now, within: time, logger: logger) ? task : nil
        } take: {
            if let task = $0 { alive.insert(task) }
        }
        return alive
    }

    /// A task counts as alive if its lease cannot be read: its deliveries are left alone, and those of other tasks are
    /// recovered.
    private func isAlive(
        _ task: TaskID, lease object: S3Client.ListedObject, now: Date, within time: WorkingTime, logger: Logger
    ) async -> Bool {
        do {
            let lease = try await withTimeLimit(time.forPart, clock: clock) {
                try await bucket.readSmall(TaskLease.self, key: object.key, size: object.size)
            }
            // A lease that was removed in between belongs to a task that has closed all of its deliveries.
            guard let lease else { return false }
            return now.timeIntervalSince(object.lastModified) <= Double(lease.secondsUntilGone)
        } catch {
            logger.error(
                "task lease not readable: the task counts as alive", error: error, metadata: ["task": "\(task)"])
            return true
        }
    }
}
