// SPDX-License-Identifier: Apache-2.0

import Eventually
import FoundationEssentials
import Inspection
import Synchronization
import Testing

@testable import Console

@Suite struct CacheTests {
    @Test("Ten pages that ask at the same time cost one read")
    func singleFlight() async {
        let reads = Atomic(0)
        let reading = CachedReading(minimumAge: .seconds(60)) {
            reads.add(1, ordering: .relaxed)
            await Task.yield()
            return 7
        }
        await withTaskGroup { group in
            for _ in 0..<10 { group.addTask { #expect(await reading.current().value == 7) } }
        }
        #expect(reads.load(ordering: .relaxed) == 1)
    }

    @Test("A value that is old enough is read again")
    func old() async {
        let reads = Atomic(0)
        let reading = CachedReading(minimumAge: .zero) { reads.add(1, ordering: .relaxed).newValue }
        #expect(await reading.current().value == 1)
        await eventually("the value is read again") { await reading.current().value ?? 0 > 1 }
    }

    @Test("A failed read is not repeated at once, and keeps the last value")
    func failure() async {
        let fails = Atomic(false)
        let reading = CachedReading(minimumAge: .zero) {
            if fails.load(ordering: .relaxed) { throw SampleInspector.Failure() }
            return 1
        }
        #expect(await reading.current().problem == nil)
        fails.store(true, ordering: .relaxed)
        await eventually("the read fails") { await reading.current().problem != nil }
        let result = await reading.current()
        #expect(result.value == 1)
        #expect(result.readAt != nil)
        fails.store(false, ordering: .relaxed)
        await eventually("the read succeeds") { await reading.current().problem == nil }

        let attempts = Atomic(0)
        let failing = CachedReading<Int>(minimumAge: .seconds(60)) {
            attempts.add(1, ordering: .relaxed)
            throw SampleInspector.Failure()
        }
        for _ in 0..<5 { _ = await failing.current() }
        #expect(attempts.load(ordering: .relaxed) == 1)
    }

    @Test("Of many named readings, those that were asked for last are held")
    func named() async {
        let reads = Mutex<[String: Int]>([:])
        let readings = NamedReadings(maximum: 2, minimumAge: .seconds(60)) { name in
            reads.withLock { $0[name, default: 0] += 1 }
            return name
        }
        for name in ["a", "b", "a", "c", "a", "b"] { #expect(await readings.current(name).value == name) }
        #expect(reads.withLock { $0 } == ["a": 1, "b": 2, "c": 1])
    }

    // MARK: The journal

    private func ids(_ journal: DeliveryJournal, since: String?) throws -> (
        full: Bool, ids: [String], removed: [String]
    ) {
        struct Changes: Decodable {
            struct Item: Decodable { let id: String }
            let full: Bool
            let deliveries: [Item]
            let removed: [String]
        }
        let json = Array("{".utf8) + journal.changes(since: since) + Array("}".utf8)
        let changes = try JSONDecoder().decode(Changes.self, from: Data(json))
        return (
            changes.full, changes.deliveries.map { String($0.id.split(separator: "-")[1]) },
            changes.removed.map { String($0.split(separator: "-")[1]) }
        )
    }

    @Test("The journal names what was added, changed and removed since a version")
    func journal() throws {
        var journal = DeliveryJournal(limits: ConsoleLimits(), start: "s")
        try journal.update([.sample(2), .sample(1)])
        #expect(journal.name == "s.1")
        #expect(try ids(journal, since: nil) == (true, ["2", "1"], []))
        try journal.update([.sample(2), .sample(1)])
        #expect(journal.name == "s.1")
        try journal.update([.sample(3), .sample(2, step: .failed)])
        #expect(try ids(journal, since: "s.1") == (false, ["3", "2"], ["1"]))
        #expect(try ids(journal, since: "s.2") == (false, [], []))
    }

    @Test(
        "A version of another start, of the future or in another form gets the whole list",
        arguments: [
            "t.1", "s.9", "s.", "s", "s.-1", "", "s.1.1",
        ])
    func foreignVersion(name: String) throws {
        var journal = DeliveryJournal(limits: ConsoleLimits(), start: "s")
        try journal.update([.sample(1)])
        #expect(try ids(journal, since: name) == (true, ["1"], []))
    }

    @Test("When removals were forgotten, an older version gets the whole list")
    func forgottenRemovals() throws {
        var limits = ConsoleLimits()
        limits.removals = 2
        var journal = DeliveryJournal(limits: limits, start: "s")
        try journal.update((1...5).map { .sample($0) })
        try journal.update([.sample(1), .sample(2), .sample(3), .sample(4)])
        try journal.update([.sample(1)])
        #expect(try ids(journal, since: "s.1").full)
        #expect(try ids(journal, since: "s.2").full)
        #expect(try ids(journal, since: "s.3") == (false, [], []))
    }

    @Test("A page can ask for the newest deliveries first, and is told that there are more")
    func newest() throws {
        var journal = DeliveryJournal(limits: ConsoleLimits(), start: "s")
        try journal.update([.sample(3), .sample(2), .sample(1)])
        let first = String(decoding: journal.changes(since: nil, newest: 2), as: UTF8.self)
        #expect(first.contains("\"complete\":false") && first.contains("\"total\":3"))
        #expect(first.contains("120000-2") && !first.contains("120000-1\""))
        #expect(String(decoding: journal.changes(since: nil), as: UTF8.self).contains("\"complete\":true"))
    }

    @Test("Only the newest deliveries are held")
    func maximum() throws {
        var limits = ConsoleLimits()
        limits.deliveries = 2
        var journal = DeliveryJournal(limits: limits, start: "s")
        try journal.update([.sample(3), .sample(2), .sample(1)])
        #expect(journal.count == 2)
        #expect(journal.isCut)
        #expect(try ids(journal, since: nil).ids == ["3", "2"])
    }

    @Test("A list that was cut before counts as cut, and a page is told when that changes")
    func cutBefore() throws {
        var journal = DeliveryJournal(limits: ConsoleLimits(), start: "s")
        try journal.update([.sample(2), .sample(1)], isCut: true)
        #expect(journal.isCut)
        #expect(journal.name == "s.1")
        try journal.update([.sample(2), .sample(1)], isCut: true)
        #expect(journal.name == "s.1")
        try journal.update([.sample(2), .sample(1)])
        #expect(!journal.isCut)
        #expect(journal.name == "s.2")
    }
}
