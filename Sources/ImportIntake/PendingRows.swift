// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog
import Synchronization

/// Records imports in progress in the instance index.
///
/// It never keeps an import from being started: it has a time limit of its own, and pauses for a while if the table
/// does not answer. Missing rows are written when the event is delivered again; and CheckStatus writes the result of
/// each instance in any case.
package final class PendingRows: Sendable {
    /// Less than the time of an object: the rest is for the import itself.
    static let timeLimit: Duration = .seconds(30)
    /// Seconds after a failure in which nothing is written. The rows of imports that are started in this time stay
    /// missing until their events are delivered again.
    static let pause: TimeInterval = 30

    private let index: any InstanceIndex
    private let clock: any Clock<Duration>
    private let now: @Sendable () -> Date
    private let metrics: EmbeddedMetrics?
    private let pausedUntil = Mutex(Date.distantPast)

    package init(
        index: any InstanceIndex, clock: any Clock<Duration>, now: @escaping @Sendable () -> Date,
        metrics: EmbeddedMetrics?
    ) {
        self.index = index
        self.clock = clock
        self.now = now
        self.metrics = metrics
    }

    /// `false` if not all rows could be written, and a later try may succeed.
    func write(
        _ attempts: [InstanceAttempt], of id: ImportID, datastoreID: String?, logger: Logger
    ) async -> Bool {
        guard now() >= pausedUntil.withLock({ $0 }) else {
            return told(InstanceWrites(left: attempts.count, error: IndexPaused()), of: id, logger: logger)
        }
        let writes: InstanceWrites
        do {
            writes = try await withTimeLimit(Self.timeLimit, clock: clock) { [index] in
                await index.write(attempts, datastoreID: datastoreID)
            }
        } catch {
            writes = InstanceWrites(left: attempts.count, error: error)
        }
        let resumesAt = now().addingTimeInterval(Self.pause)
        if writes.mayBeRepeated { pausedUntil.withLock { $0 = resumesAt } }
        return told(writes, of: id, logger: logger)
    }

    private func told(_ writes: InstanceWrites, of id: ImportID, logger: Logger) -> Bool {
        guard let error = writes.error else { return true }
        metrics?.emit(
            [.init("InstanceRowsLeft", writes.left)], properties: ["deliveryId": "\(id.delivery)"])
        logger.error(
            "instances are not in the index as pending", error: error,
            metadata: ["importId": "\(id)", "left": "\(writes.left)", "again": "\(writes.mayBeRepeated)"])
        return !writes.mayBeRepeated
    }
}

/// The table did not answer a short time ago.
struct IndexPaused: NamedError {
    let errorClass: ErrorClass? = .transient
}
