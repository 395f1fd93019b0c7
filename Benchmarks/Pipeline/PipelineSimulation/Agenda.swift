// SPDX-License-Identifier: Apache-2.0

import HeapModule

/// Events in virtual time. Events at the same moment happen in the order in which they were planned.
struct Agenda<Event> {
    private struct Entry: Comparable {
        let time: Double
        let number: Int
        let event: Event

        static func < (one: Entry, other: Entry) -> Bool { (one.time, one.number) < (other.time, other.number) }
        static func == (one: Entry, other: Entry) -> Bool { one.number == other.number }
    }

    private var entries = Heap<Entry>()
    private var count = 0

    mutating func plan(_ event: Event, at time: Double) {
        entries.insert(Entry(time: time, number: count, event: event))
        count += 1
    }

    mutating func next() -> (time: Double, event: Event)? { entries.popMin().map { ($0.time, $0.event) } }
}
