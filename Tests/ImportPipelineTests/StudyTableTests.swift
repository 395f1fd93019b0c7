// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import LoopbackHTTP
import SampleDocuments
import StructuredLog
import Testing

@testable import ImportPipeline

/// Uses moto's DynamoDB, an implementation of conditions and indexes that is not ours.
@Suite("The table of studies")
struct StudyTableTests {
    private let date = Date(timeIntervalSince1970: 1_795_535_599)

    private static func record(_ study: String, _ numbers: ClosedRange<Int>, at date: Date) throws -> StudyRecord {
        var record = StudyRecord(try #require(StudyName(study)), of: SampleRequests.request(numbers.lowerBound))
        for number in numbers {
            _ = record.add(
                SampleRequests.request(number, firstAt: "2026-01-01T00:00:00Z", lastAt: "2026-01-02T00:00:00Z"),
                at: date, quiet: 60)
        }
        return record
    }

    @Test("A study is read as it was written, is listed when it is due, and no change is lost")
    func studies() async throws {
        try await MotoTable.serve { url, http in
            let client = try AWSClient.loopback(url, http: http)
            let table = try #require(StudyTable(name: MotoTable.studies, client: client))
            let history = try #require(FirstDeliveries(table: MotoTable.studies, client: client))
            let first = try Self.record("d/1.2", 1...3, at: date)
            #expect(try await table.record(of: first.name) == nil)
            #expect(try await history.firstDelivery(ofStudy: "1.2", datastoreID: "d") == nil)
            #expect(try await table.write(first, instead: nil, at: date) == .written)
            #expect(try await table.write(first, instead: nil, at: date) == .refused(by: first))
            #expect(try await table.record(of: first.name) == first)
            #expect(try await history.firstDelivery(ofStudy: "1.2", datastoreID: "d") == SampleDeliveries.id(1))
            #expect(try await history.firstDelivery(ofStudy: "1.2", datastoreID: "e") == nil)

            let later = try Self.record("d/1.3", 4...4, at: date + 10)
            #expect(try await table.write(later, instead: nil, at: date) == .written)
            #expect(try await table.due(at: date + 59, maximum: 9) == [])
            #expect(try await table.due(at: date + 60, maximum: 9) == [first.name])
            #expect(try await table.due(at: date + 99, maximum: 9) == [first.name, later.name])
            #expect(try await table.due(at: date + 99, maximum: 1) == [first.name])

            var ended = first
            for id in first.pending.sorted() { ended.ended(id, isImported: id == first.pending.min()) }
            var postponed = ended
            postponed.postpone(at: date + 60)
            #expect(try await table.write(postponed, instead: first, at: date) == .written)
            #expect(try await table.record(of: first.name) == postponed)
            // Another sweep had read the item before.
            #expect(try await table.write(postponed, instead: first, at: date) == .refused(by: postponed))
            var settled = postponed
            settled.settled(at: date + 120)
            #expect(try await table.write(settled, instead: postponed, at: date) == .written)
            #expect(try await table.record(of: first.name) == settled)
            #expect(try await table.due(at: date + 9_999, maximum: 9) == [later.name])
            #expect(try await table.write(settled, instead: postponed, at: date) == .refused(by: settled))
            var again = settled
            _ = again.add(SampleRequests.request(9), at: date + 200, quiet: nil)
            #expect(try await table.write(again, instead: settled, at: date) == .written)
            #expect(try await table.record(of: first.name)?.pending == ["\(SampleDeliveries.id(9))"])

            let item = try await DynamoDBClient(client: client).getItem(
                table: MotoTable.studies, key: ("study", "d/1.2"))
            #expect(item?["expiresAt"] == .other)
            #expect(item?["imported"] == nil && item?["open"] == nil)
        }
    }

    @Test("The item expires 400 days after its last change")
    func expiry() throws {
        let item = try Self.record("d/1.2", 1...1, at: date).item(at: date)
        #expect(item["expiresAt"] == .number(1_795_535_599 + 34_560_000))
        #expect(item["open"] == .text("open"))
    }

    @Test("An item that this system did not write is an error that no later try mends")
    func strangeItem() async throws {
        let reply = LoopbackHTTPServer.Reply.status(200, #"{"Item":{"study":{"S":"d/1.2"}}}"#)
        try await LoopbackHTTPServer.serve(reply) { _, url, http in
            let table = try #require(StudyTable(name: "t", client: try .loopback(url, http: http)))
            let error = await #expect(throws: StudyItemUnreadable.self) {
                _ = try await table.record(of: StudyName(datastoreID: "d", studyInstanceUID: "1.2"))
            }
            #expect(error?.reportedClass == .permanent)
        }
    }

    @Test("Without a name the table does not exist", arguments: [nil, ""])
    func noTable(_ name: String?) async throws {
        let client = try AWSClient.loopback("http://127.0.0.1:9", http: HTTPClient())
        #expect(StudyTable(name: name, client: client).map { _ in true } == nil)
        #expect(FirstDeliveries(table: name, client: client).map { _ in true } == nil)
    }
}
