// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Testing

@testable import StorageSCP

@Suite("Deadline queue")
struct DeadlineQueueTests {
    private func element(_ number: Int) -> DeadlineQueue.Element {
        let id = DeliveryID(openedAt: Date(timeIntervalSince1970: 0), randomness: UInt64(number), 0)
        return DeadlineQueue.Element(id: id, deadline: .seconds(number))
    }

    @Test("Deadlines that no longer count are skipped")
    func passedOver() {
        var queue = DeadlineQueue()
        for number in 0..<4 { queue.append(element(number), live: 4) { _ in true } }
        #expect(queue.first { $0.deadline >= .seconds(2) }?.deadline == .seconds(2))
        queue.removeFirst()
        #expect(queue.first { _ in true }?.deadline == .seconds(3))
        #expect(queue.first { _ in false } == nil)
    }

    @Test("Deadlines that are set again and again do not accumulate")
    func bounded() {
        var queue = DeadlineQueue()
        for number in 0..<100_000 { queue.append(element(number), live: 1) { $0.deadline == .seconds(number - 1) } }
        var count = 0
        while queue.first(where: { _ in true }) != nil {
            queue.removeFirst()
            count += 1
        }
        #expect(count < 1100)
    }
}
