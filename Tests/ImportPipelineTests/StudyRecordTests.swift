// SPDX-License-Identifier: Apache-2.0

import Foundation
import SampleDocuments
import Testing

@testable import ImportPipeline

@Suite("What is known of a study")
struct StudyRecordTests {
    private let name = StudyName(datastoreID: "d", studyInstanceUID: "1.2")
    private let date = Date(timeIntervalSince1970: 1_795_535_599)

    private func added(_ numbers: ClosedRange<Int>, quiet: TimeInterval? = 120) -> StudyRecord {
        var record = StudyRecord(name, of: SampleRequests.request(numbers.lowerBound))
        for number in numbers { _ = record.add(SampleRequests.request(number), at: date, quiet: quiet) }
        return record
    }

    @Test("Each import is added once, raises the revision and starts the quiet time again")
    func add() {
        var record = added(1...1)
        #expect(record.firstDelivery == SampleDeliveries.id(1))
        #expect(
            (record.revision, record.due, record.lastImportAt) == (1, "2026-11-24T15:55:19Z", "2026-11-24T15:53:19Z"))
        let before = record
        guard case .known = record.add(SampleRequests.request(1), at: date + 60, quiet: 120) else {
            Issue.record("added twice")
            return
        }
        #expect(record == before)
        _ = record.add(SampleRequests.request(1, further: 1), at: date + 60, quiet: 120)
        #expect((record.revision, record.due) == (2, "2026-11-24T15:56:19Z"))
        #expect(record.pending == ["\(SampleDeliveries.id(1))", "\(SampleDeliveries.id(1))-1"])
        #expect(record.firstDelivery == SampleDeliveries.id(1))
    }

    @Test("An import that was told is not added again after the study settled")
    func addAfterSettling() {
        var record = added(1...1)
        record.ended("\(SampleDeliveries.id(1))", isImported: true)
        record.settled(at: date)
        let settled = record
        _ = record.add(SampleRequests.request(1), at: date + 60, quiet: 120)
        #expect(record == settled)
        #expect(record.due == nil)
    }

    @Test("Without a quiet time the imports are kept, and nothing is due")
    func withoutQuietTime() {
        let record = added(1...2, quiet: nil)
        #expect((record.due, record.imports.count, record.revision) == (nil, 2, 2))
    }

    @Test("The first and the last time of all imports are kept")
    func times() {
        var record = StudyRecord(name, of: SampleRequests.request(1))
        let times: [(String?, String?)] = [
            ("2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"), (nil, nil),
            ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
        ]
        for (number, (first, last)) in times.enumerated() {
            _ = record.add(SampleRequests.request(number, firstAt: first, lastAt: last), at: date, quiet: 1)
        }
        #expect(record.firstInstanceAt == "2026-01-01T00:00:00Z")
        #expect(record.lastInstanceAt == "2026-01-03T00:00:00Z")
    }

    @Test("A study takes no more imports than its item may have")
    func full() {
        var record = added(1...StudyRecord.maximumImports)
        let before = record
        guard case .full = record.add(SampleRequests.request(0), at: date + 60, quiet: 1) else {
            Issue.record("added beyond the maximum")
            return
        }
        #expect(record.imports == before.imports && record.pending == before.pending)
        // It is told that something is missing, and not before the quiet time of this import is over.
        #expect(record.isCut && record.revision == before.revision + 1)
        #expect(record.due == PipelineJSON.timestamp(date + 61))
        for id in record.pending { record.ended(id, isImported: true) }
        let detail = try? StudyEvent(.studySettled, detail: SettledStudy(record, at: date)).detail
        #expect(detail?.contains("\"isComplete\":false") == true)
        #expect(detail?.contains("\"listsAreComplete\":false") == true)
    }

    @Test("Once told, the oldest imports make room for further ones")
    func room() {
        var record = added(1...StudyRecord.maximumImports)
        let oldest = record.imports.min()
        for id in record.pending { record.ended(id, isImported: true) }
        record.settled(at: date)
        let request = SampleRequests.request(0)
        guard case .added = record.add(request, at: date, quiet: 1) else {
            Issue.record("not added")
            return
        }
        #expect(record.imports.count == StudyRecord.maximumImports && record.pending == ["\(request.importId)"])
        #expect(oldest.map(record.imports.contains) == false)
        #expect(!record.isCut)
    }

    @Test(
        "A study that waits is looked at again after an eighth of the time since its last import, a minute to an hour",
        arguments: [(0, 60), (480, 60), (4_800, 600), (28_800, 3_600), (864_000, 3_600)])
    func postpone(_ age: TimeInterval, _ wait: TimeInterval) {
        var record = added(1...1)
        record.postpone(at: date + age)
        #expect(record.due == PipelineJSON.timestamp(date + age + wait))
        #expect(record.revision == 1)
        #expect(record.isDue(at: date + age + wait))
        #expect(!record.isDue(at: date + age + wait - 1))
    }

    @Test("The event names the imports since the study settled last, and what they came to")
    func event() throws {
        var record = added(1...2)
        record.ended("\(SampleDeliveries.id(1))", isImported: true)
        record.ended("\(SampleDeliveries.id(2))", isImported: false)
        record.ended("another", isImported: true)
        let first = try StudyEvent(.studySettled, detail: SettledStudy(record, at: date))
        #expect(
            first.detail == """
                {"datastoreId":"d","deliveryCount":2,"hasSettledBefore":false,"id":"d/1.2/2",\
                "importedDeliveries":["\(SampleDeliveries.id(1))"],"incompleteDeliveries":["\(SampleDeliveries.id(2))"],\
                "isComplete":false,"listsAreComplete":true,"settledAt":"2026-11-24T15:53:19Z",\
                "studyInstanceUID":"1.2","version":1}
                """)
        record.settled(at: date)
        _ = record.add(
            SampleRequests.request(3, firstAt: "2026-01-01T00:00:00Z", lastAt: "2026-01-01T00:00:01Z"), at: date,
            quiet: 1)
        record.ended("\(SampleDeliveries.id(3))", isImported: true)
        let second = try StudyEvent(.studySettled, detail: SettledStudy(record, at: date))
        #expect(
            second.detail == """
                {"datastoreId":"d","deliveryCount":1,"firstInstanceAt":"2026-01-01T00:00:00Z","hasSettledBefore":true,\
                "id":"d/1.2/3","importedDeliveries":["\(SampleDeliveries.id(3))"],"incompleteDeliveries":[],\
                "isComplete":true,"lastInstanceAt":"2026-01-01T00:00:01Z","listsAreComplete":true,\
                "settledAt":"2026-11-24T15:53:19Z","studyInstanceUID":"1.2","version":1}
                """)
    }

    @Test("The lists of the event are bounded, and the event says so")
    func longEvent() throws {
        var record = added(1...StudyRecord.maximumImports)
        for (index, id) in record.imports.sorted().enumerated() { record.ended(id, isImported: index < 500) }
        let detail = try StudyEvent(.studySettled, detail: SettledStudy(record, at: date)).detail
        #expect(detail.utf8.count < 16_000)
        #expect(detail.contains(#""listsAreComplete":false"#))
        #expect(detail.contains(#""deliveryCount":1000"#))
    }

    @Test("A study's name is the text of its key", arguments: ["", "d", "d/", "/1.2", "d/1/2"])
    func names(_ wrong: String) {
        #expect(StudyName("d/1.2") == name)
        #expect("\(name)" == "d/1.2")
        #expect(StudyName(wrong) == nil)
    }
}
