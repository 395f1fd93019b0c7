// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import Logging
import StructuredLog

/// Takes the objects of one event one after another, each within its time limit. If one fails, the others are still
/// taken; objects for which no time is left are not begun.
package struct ObjectBatch: Sendable {
    private let time: WorkingTime
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let metrics: EmbeddedMetrics?
    private let take: @Sendable (CreatedObject) async throws -> IntakeResult

    /// SQS leaves a message that it has delivered this often out of the age of the oldest message.
    package static let deliveriesUntilFailing = 3

    package init(
        time: WorkingTime, clock: any Clock<Duration>, logger: Logger, metrics: EmbeddedMetrics?,
        take: @escaping @Sendable (CreatedObject) async throws -> IntakeResult
    ) {
        self.time = time
        self.clock = clock
        self.logger = logger
        self.metrics = metrics
        self.take = take
    }

    /// The ids of the messages that the queue must deliver again: those that failed, and those for which no time was
    /// left. A message that fails each time ends in the dead-letter queue.
    package func failures(among messages: [QueueMessage]) async -> [String] {
        var failed: [QueueMessage] = []
        var left: [QueueMessage] = []
        var isFirst = true
        for message in messages {
            do {
                for object in try message.objects() {
                    guard let limit = time.forNextObject(isFirst: isFirst) else { throw NoTimeLeft() }
                    isFirst = false
                    _ = try await withTimeLimit(limit, clock: clock) { try await take(object) }
                }
            } catch is NoTimeLeft {
                left.append(message)
            } catch {
                logger.error(
                    "message failed, the queue will deliver it again", error: error,
                    metadata: ["messageId": "\(message.messageId)"])
                failed.append(message)
            }
        }
        if !left.isEmpty {
            logger.warning(
                "time is running out, the queue will deliver the other messages again",
                metadata: ["left": "\(left.count)"])
        }
        let again = failed + left
        let failing = again.count { $0.receiveCount >= Self.deliveriesUntilFailing }
        if failing > 0 { metrics?.emit([.init("MessagesFailing", failing)]) }
        return again.map(\.messageId)
    }

    /// The result of each object. Throws if some failed or were not begun: the sender of the event must send it again,
    /// which does no harm to the objects that were taken.
    package func results(of objects: [CreatedObject]) async throws -> [IntakeResult] {
        var results: [IntakeResult] = []
        var failed = 0
        for (index, object) in objects.enumerated() {
            guard let limit = time.forNextObject(isFirst: index == 0) else { break }
            do {
                results.append(try await withTimeLimit(limit, clock: clock) { try await take(object) })
            } catch {
                logger.error("object failed", error: error)
                failed += 1
            }
        }
        guard results.count == objects.count else {
            throw ObjectsNotTaken(taken: results.count, failed: failed, left: objects.count - results.count - failed)
        }
        return results
    }

    private struct NoTimeLeft: Error {}
}

/// Some objects of an event that did not come from a queue were not taken.
struct ObjectsNotTaken: Error, Equatable, CustomStringConvertible {
    let taken: Int
    let failed: Int
    /// No time was left for them.
    let left: Int

    var description: String {
        "expected to take every object of the event: \(taken) were taken, \(failed) failed, \(left) were left for lack of time"
    }
}
