// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import NIOCore

/// Deliveries in the order of their deadlines. Every deadline of a queue is set the same time ahead, so the first one
/// set is the first one reached.
///
/// A deadline that no longer counts stays in the queue: the caller says which ones count.
struct DeadlineQueue {
    struct Element {
        let id: DeliveryID
        /// On the caller's clock.
        let deadline: Duration
    }

    /// The queue keeps this many elements that do not count, in addition to one for each element that counts.
    private static let slack = 1024

    private var elements = CircularBuffer<Element>()
    /// Whether a task waits for the first deadline.
    var isTimed = false

    mutating func append(_ element: Element, live: Int, counts: (Element) -> Bool) {
        if elements.count > 2 * live + Self.slack { elements.removeAll { !counts($0) } }
        elements.append(element)
    }

    /// The first element that counts; removes the elements before it.
    mutating func first(where counts: (Element) -> Bool) -> Element? {
        while let first = elements.first {
            if counts(first) { return first }
            elements.removeFirst()
        }
        return nil
    }

    mutating func removeFirst() {
        elements.removeFirst()
    }
}
