// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Testing

@testable import StorageSCP

@Suite("Opening queue")
struct OpeningQueueTests {
    private let ids = (0..<8).map { DeliveryID(openedAt: Date(timeIntervalSince1970: 0), randomness: $0, 0) }

    private func queue(_ titles: [String], maximumUnderWay: Int) -> OpeningQueue {
        var queue = OpeningQueue(maximumUnderWay: maximumUnderWay)
        for (index, title) in titles.enumerated() {
            queue.append(ids[index], callingAETitle: title, at: .seconds(index))
        }
        return queue
    }

    private func takeAll(_ queue: inout OpeningQueue) -> [Int] {
        var taken: [Int] = []
        while let id = queue.next() { taken.append(ids.firstIndex(of: id) ?? -1) }
        return taken
    }

    @Test("Titles take turns, and within a title the delivery that waited longest comes first")
    func turns() {
        var queue = queue(["A", "A", "A", "B", "C", "B"], maximumUnderWay: 10)
        #expect(takeAll(&queue) == [0, 3, 4, 1, 5, 2])
        queue.append(ids[6], callingAETitle: "A", at: .zero)
        #expect(takeAll(&queue) == [6])
    }

    @Test("The number of openings at the same time is limited; one that has ended makes room for the next")
    func bound() {
        var queue = queue(["A", "A", "A"], maximumUnderWay: 2)
        #expect(takeAll(&queue) == [0, 1])
        #expect(!queue.hasRoom)
        queue.ended()
        #expect(takeAll(&queue) == [2])
    }

    @Test("Deliveries that have waited too long are removed, whichever title's turn it is")
    func stale() {
        var queue = queue(["A", "B", "A", "B"], maximumUnderWay: 4)
        #expect(queue.removeAll(before: .seconds(3)) == [ids[0], ids[2], ids[1]])
        #expect(takeAll(&queue) == [3])
        #expect(queue.removeAll(before: .seconds(99)).isEmpty)
    }
}
