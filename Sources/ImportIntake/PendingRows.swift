import FoundationEssentials
import ImportPipeline
import Logging
import StructuredLog
import Synchronization

/// Writes down in the index of instances that an import is under way.
///
/// It never keeps an import from being started: it has its own time, and where the table does not answer it is left alone for a
/// while. What is left comes again with the event; and CheckStatus writes the outcome of each instance in any case.
package final class PendingRows: Sendable {
    /// Less than an object's time: the rest is for the import itself.
    static let timeLimit: Duration = .seconds(30)
    /// For which nothing is written after a failure. An import that is started meanwhile has its rows left.
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

    /// False: not all could be written, and the same may be tried again.
    func write(_ attempts: [InstanceAttempt], of id: ImportID, logger: Logger) async -> Bool {
        guard now() >= pausedUntil.withLock({ $0 }) else {
            return told(InstanceWrites(left: attempts.count, error: IndexPaused()), of: id, logger: logger)
        }
        let writes: InstanceWrites
        do {
            writes = try await withTimeLimit(Self.timeLimit, clock: clock) { [index] in await index.write(attempts) }
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

/// The table did not answer a moment ago.
struct IndexPaused: NamedError {
    let errorClass: ErrorClass? = .transient
}
