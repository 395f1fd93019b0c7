// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import NIOCore

/// The deliveries that wait to be opened. Calling AE titles take turns, so that one title's ten thousand studies do not
/// delay another title's first.
struct OpeningQueue {
    private struct Element {
        let id: DeliveryID
        let since: Duration
    }

    private let maximumUnderWay: Int
    private var underWay = 0
    private var waiting: [String: CircularBuffer<Element>] = [:]
    /// The titles that have waiting deliveries, in the order of their turns.
    private var turns = CircularBuffer<String>()

    init(maximumUnderWay: Int) {
        self.maximumUnderWay = maximumUnderWay
    }

    var hasRoom: Bool { underWay < maximumUnderWay }

    mutating func append(_ id: DeliveryID, callingAETitle title: String, at now: Duration) {
        if waiting[title] == nil { turns.append(title) }
        waiting[title, default: []].append(Element(id: id, since: now))
    }

    /// The next delivery to open; `nil` when none waits or there is no room. The caller must call `ended` afterwards.
    mutating func next() -> DeliveryID? {
        guard hasRoom, let title = turns.popFirst(), let element = waiting[title]?.popFirst() else { return nil }
        if waiting[title]?.isEmpty == true { waiting[title] = nil } else { turns.append(title) }
        underWay += 1
        return element.id
    }

    mutating func ended() {
        underWay -= 1
    }

    /// Removes and returns the deliveries that have been waiting since before this time.
    mutating func removeAll(before limit: Duration) -> [DeliveryID] {
        var removed: [DeliveryID] = []
        for title in Array(turns) {
            while let first = waiting[title]?.first, first.since < limit {
                waiting[title]?.removeFirst()
                removed.append(first.id)
            }
            if waiting[title]?.isEmpty == true { waiting[title] = nil }
        }
        if !removed.isEmpty { turns.removeAll { waiting[$0] == nil } }
        return removed
    }
}
