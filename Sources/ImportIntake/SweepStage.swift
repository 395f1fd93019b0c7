// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import ImportPipeline
import Logging
import StructuredLog

/// One kind of work of a sweep: several items at the same time, until the share of the time is used up.
struct SweepStage: Sendable {
    private static let atOnce = 16

    let time: WorkingTime
    let clock: any Clock<Duration>
    let logger: Logger
    /// The time for the kinds of work that follow: an item is begun only if more than this is left.
    let reserve: Duration

    /// Works on the items in their order, but begins after `position` and wraps around. Returns the position at which
    /// the next sweep must continue; `nil` if no item is left.
    func work<Item: SweepItem>(
        on items: [Item], from position: String?, into outcome: inout SweepOutcome,
        _ work: @escaping @Sendable (Item) async throws -> SweepFinding
    ) async -> String? {
        let start = ByteText(position ?? "")
        let items = items.filter { ByteText($0.key) > start } + items.filter { ByteText($0.key) <= start }
        var firstLeft = items.count
        await items.indices.sideBySide(atMost: Self.atOnce) { index in
            (index, await finding(of: items[index], work))
        } take: { index, finding in
            outcome.add(finding)
            if finding == .left { firstLeft = min(firstLeft, index) }
        }
        guard firstLeft < items.count else { return nil }
        return firstLeft == 0 ? position : items[firstLeft - 1].key
    }

    private func finding<Item: SweepItem>(
        of item: Item, _ work: @escaping @Sendable (Item) async throws -> SweepFinding
    ) async -> SweepFinding {
        let limit = min(time.forPart, time.left - reserve)
        guard limit > .zero else { return .left }
        do {
            return try await withTimeLimit(limit, clock: clock) { try await work(item) }
        } catch let error as TimeLimitExceeded where error.limit < WorkingTime.maximumPerObject {
            return .left
        } catch {
            logger.error(
                "the sweep could not do its work on an item, the next sweep tries again", error: error,
                metadata: item.metadata)
            return .failed
        }
    }
}

/// An item of a sweep: an object in a listing, or a study.
protocol SweepItem: Sendable {
    var key: String { get }
    /// Identifies the item in the log.
    var metadata: Logger.Metadata { get }
}
