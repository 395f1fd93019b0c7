// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import FoundationEssentials
import Inspection

/// The list of deliveries, and which of them changed since a version of it.
struct DeliveryJournal {
    private struct Entry {
        var summary: DeliverySummary
        var json: [UInt8]
        /// The version of the list in which it became what it is.
        var version: UInt64
    }

    private let maximumDeliveries: Int
    private let maximumRemovals: Int
    /// Differs in each start, so that a page that is still open after a restart gets the whole list.
    private let start: String
    private(set) var version: UInt64 = 0
    private var entries: [String: Entry] = [:]
    /// The ids in the order of the list, newest first.
    private var order: [String] = []
    private var removals: [(id: String, version: UInt64)] = []
    /// Removals up to this version are forgotten.
    private var forgotten: UInt64 = 0
    /// Whether there are older deliveries than the list has.
    private(set) var isCut = false

    init(limits: ConsoleLimits, start: String) {
        maximumDeliveries = limits.deliveries
        maximumRemovals = limits.removals
        self.start = start
    }

    var count: Int { order.count }

    /// The name of the current version, for `since` and `ETag`.
    var name: String { "\(start).\(version)" }

    /// Takes a new list, newest first.
    ///
    /// - Parameter isCut: whether there are older deliveries that the list lacks.
    mutating func update(_ list: [DeliverySummary], isCut isListCut: Bool = false) throws {
        let next = version + 1
        let kept = list.prefix(maximumDeliveries)
        let wasCut = isCut
        isCut = isListCut || kept.count < list.count
        var changed = isCut != wasCut
        var newEntries: [String: Entry] = [:]
        newEntries.reserveCapacity(kept.count)
        var newOrder: [String] = []
        newOrder.reserveCapacity(kept.count)
        for summary in kept where newEntries[summary.id] == nil {
            newOrder.append(summary.id)
            if let entry = entries[summary.id], entry.summary == summary {
                newEntries[summary.id] = entry
            } else {
                changed = true
                newEntries[summary.id] = Entry(
                    summary: summary, json: try ConsoleJSON.encoded(summary), version: next)
            }
        }
        for id in order where newEntries[id] == nil {
            changed = true
            removals.append((id, next))
        }
        if removals.count > maximumRemovals {
            let surplus = removals.count - maximumRemovals
            forgotten = removals[surplus - 1].version
            removals.removeFirst(surplus)
        }
        entries = newEntries
        order = newOrder
        if changed { version = next }
    }

    /// What changed since the named version, as members of a JSON object; everything if that version is not known.
    ///
    /// - Parameter newest: Only that many deliveries: `complete` is then false if there are more.
    func changes(since name: String?, newest: Int = .max) -> [UInt8] {
        let since = known(name)
        let isComplete = newest >= count
        var json = Array(
            "\"version\":\"\(self.name)\",\"full\":\(since == nil),\"complete\":\(isComplete),\"total\":\(count),\"deliveries\":["
                .utf8)
        var first = true
        for id in order.prefix(newest) {
            guard let entry = entries[id], since == nil || entry.version > (since ?? 0) else { continue }
            if !first { json.append(UInt8(ascii: ",")) }
            first = false
            json += entry.json
        }
        let removed = removals.filter { $0.version > (since ?? .max) }.map(\.id)
        json += Array("],\"removed\":".utf8)
        json += (try? ConsoleJSON.encoded(removed)) ?? Array("[]".utf8)
        return json
    }

    /// The number of a version of this start from which the changes are still known.
    private func known(_ name: String?) -> UInt64? {
        guard let name, name.begins(with: start + ".") else { return nil }
        guard let number = UInt64(name.dropFirst(start.count + 1)), number <= version else { return nil }
        return number >= forgotten ? number : nil
    }
}
