// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog

/// Records imports in progress in the instance index.
///
/// It never keeps an import from being started: it has a time limit of its own, and pauses for a while if the table
/// does not answer. Missing rows are written when the event is delivered again; and CheckStatus writes the result of
/// each instance in any case.
package final class PendingRows: Sendable {
    /// Less than the time of an object: the rest is for the import itself.
    static let timeLimit: Duration = .seconds(30)

    private let index: any InstanceIndex
    private let clock: any Clock<Duration>
    private let metrics: EmbeddedMetrics?
    /// The rows of imports that are started in this time stay missing until their events are delivered again.
    private let pause: ServicePause

    package init(
        index: any InstanceIndex, clock: any Clock<Duration>, now: @escaping @Sendable () -> Date,
        metrics: EmbeddedMetrics?
    ) {
        self.index = index
        self.clock = clock
        self.metrics = metrics
        pause = ServicePause(now: now)
    }

    /// `false` if not all rows could be written, and a later try may succeed.
    func write(
        _ attempts: [InstanceAttempt], of id: ImportID, datastoreID: String?, logger: Logger
    ) async -> Bool {
        guard pause.isOver else {
            return told(InstanceWrites(left: attempts.count, error: ServicePaused()), of: id, logger: logger)
        }
        let writes: InstanceWrites
        do {
            writes = try await withTimeLimit(Self.timeLimit, clock: clock) { [index] in
                await index.write(attempts, datastoreID: datastoreID)
            }
        } catch {
            writes = InstanceWrites(left: attempts.count, error: error)
        }
        if writes.mayBeRepeated { pause.begin() }
        return told(writes, of: id, logger: logger)
    }

    private func told(_ writes: InstanceWrites, of id: ImportID, logger: Logger) -> Bool {
        guard let error = writes.error else { return true }
        metrics?.emit(
            writes.metrics(isRepeated: writes.mayBeRepeated), properties: ["deliveryId": "\(id.delivery)"])
        logger.error(
            "instances are not in the index as pending", error: error,
            metadata: ["importId": "\(id)", "left": "\(writes.left)", "again": "\(writes.mayBeRepeated)"])
        return !writes.mayBeRepeated
    }
}
