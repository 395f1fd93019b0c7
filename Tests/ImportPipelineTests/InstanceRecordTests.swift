// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import SeededRandom
import Testing

@testable import ImportPipeline

@Suite("The row of an instance in the index")
struct InstanceRecordTests {
    /// The current attempt of the row, then the others, by outcome and number of the delivery.
    private static func told(_ row: InstanceRecord) -> [String] {
        row.attempts.map { attempt in
            let number = (0...9).first { SampleAttempts.delivery($0) == attempt.importID.delivery } ?? -1
            return "\(attempt.outcome.rawValue) \(number)" + (attempt[.imageSetVersion].map { " v\($0)" } ?? "")
        }
    }

    typealias Case = (writes: [InstanceAttempt?], row: [String])

    @Test(
        "The same writes give the same row in every order, and with every write repeated",
        arguments: [
            ([SampleAttempts.pending(1)], ["PENDING 1"]),
            ([SampleAttempts.pending(1), SampleAttempts.imported(1, at: 10)], ["IMPORTED 1 v1"]),
            ([SampleAttempts.pending(1), SampleAttempts.failed(1, at: 10)], ["FAILED 1"]),
            ([SampleAttempts.pending(1), SampleAttempts.failed(1, at: 10, .missing)], ["MISSING 1"]),
            // A newer delivery in progress does not hide an imported one.
            (
                [SampleAttempts.pending(1), SampleAttempts.imported(1, at: 10), SampleAttempts.pending(2)],
                ["IMPORTED 1 v1", "PENDING 2"]
            ),
            // A failure is not final while another delivery is in progress.
            (
                [SampleAttempts.pending(1), SampleAttempts.failed(1, at: 10), SampleAttempts.pending(2)],
                ["PENDING 2", "FAILED 1"]
            ),
            // A later failure keeps the imported attempt beside it.
            (
                [
                    SampleAttempts.pending(1), SampleAttempts.imported(1, at: 10), SampleAttempts.pending(2),
                    SampleAttempts.failed(2, at: 20),
                ],
                ["FAILED 2", "IMPORTED 1 v1"]
            ),
            // An import that is started again, and then imported.
            (
                [
                    SampleAttempts.pending(1), SampleAttempts.failed(1, at: 10), SampleAttempts.imported(1, at: 20),
                ],
                ["IMPORTED 1 v1", "FAILED 1"]
            ),
            // The higher version of an image set counts, even if its job was submitted first.
            (
                [
                    SampleAttempts.imported(1, at: 10, version: 3), SampleAttempts.imported(2, at: 20, version: 2),
                    SampleAttempts.imported(3, at: 5, version: 1),
                ],
                ["IMPORTED 1 v3"]
            ),
            // The later job of two image sets counts; the other image set has the instance too.
            (
                [SampleAttempts.imported(1, at: 10, version: 7), SampleAttempts.imported(2, at: 20, into: "y")],
                ["IMPORTED 2 v1", "IMPORTED 1 v7"]
            ),
            // Each of these three is newer than another one of them.
            (
                [
                    SampleAttempts.imported(1, at: 10, version: 2), SampleAttempts.imported(3, at: 30, version: 1),
                    SampleAttempts.imported(2, at: 20, into: "y"),
                ],
                ["IMPORTED 2 v1", "IMPORTED 1 v2"]
            ),
            // An event that is repeated after a newer delivery has ended, and failed.
            (
                [
                    SampleAttempts.pending(1), SampleAttempts.pending(2), SampleAttempts.failed(2, at: 20),
                    SampleAttempts.failed(1, at: 30),
                ],
                ["FAILED 1"]
            ),
            // One job with the instance in two series.
            (
                [
                    SampleAttempts.pending(1), SampleAttempts.pending(1, series: "1.33"),
                    SampleAttempts.imported(1, at: 10, into: "x"),
                    SampleAttempts.imported(1, at: 10, into: "y", series: "1.33"),
                ],
                ["IMPORTED 1 v1", "IMPORTED 1 v1"]
            ),
            // HealthImaging does not name the image set.
            (
                [SampleAttempts.imported(1, at: 10, into: nil), SampleAttempts.imported(2, at: 20, into: nil)],
                ["IMPORTED 2 v1"]
            ),
        ] as [Case])
    func permutations(_ sample: Case) throws {
        let writes = sample.writes.compactMap(\.self)
        #expect(writes.count == sample.writes.count)
        let rows = Set(writes.permutations.compactMap { InstanceRecord($0) })
        #expect(rows.count == 1)
        #expect(rows.first.map(Self.told) == sample.row)
        #expect(Set(writes.permutations.compactMap { InstanceRecord($0 + $0.reversed()) }) == rows)
    }

    @Test("Random writes give the same row in every order", arguments: 0..<40 as Range<UInt64>)
    func anyWrites(_ seed: UInt64) throws {
        var generator = SplitMix64(seed: seed)
        let writes = (0..<5).compactMap { _ -> InstanceAttempt? in
            let number = Int.random(in: 1...3, using: &generator)
            let second = Int.random(in: 1...4, using: &generator)
            return switch Int.random(in: 0...3, using: &generator) {
            case 0: SampleAttempts.pending(number, further: .random(in: 0...1, using: &generator))
            case 1: SampleAttempts.failed(number, at: second, Bool.random(using: &generator) ? .failed : .missing)
            default:
                SampleAttempts.imported(
                    number, at: second, into: ["x", "y", nil].randomElement(using: &generator) ?? nil,
                    version: .random(in: 1...3, using: &generator))
            }
        }
        #expect(Set(writes.permutations.compactMap { InstanceRecord($0) }).count == 1, "\(writes)")
        // The same through the table.
        let row = try #require(InstanceRecord(writes))
        #expect(InstanceRecord(item: row.item(datastoreID: "d", revision: 7)) == row)
        #expect(
            Set(
                writes.permutations.compactMap { order in
                    order.reduce(nil as InstanceRecord?) { row, attempt in
                        var row = row.flatMap { InstanceRecord(item: $0.item(datastoreID: "d", revision: 1)) }
                        row?.take(attempt)
                        return row ?? InstanceRecord(attempt)
                    }
                }) == [row])
    }

    @Test("An import that has ended does not become pending again, however late its event is repeated")
    func lateEvent() throws {
        let imports = try #require(SampleAttempts.imported(2, at: 10, version: 2))
        var row = InstanceRecord(imports)
        // The row does not contain the later one that has ended any more, but still knows its id.
        row.take(try #require(SampleAttempts.imported(3, at: 20, version: 1)))
        #expect(row.attempts == [imports])
        let late = try #require(SampleAttempts.pending(3))
        var read = try #require(InstanceRecord(item: row.item(datastoreID: "d", revision: 1)))
        read.take(late)
        #expect(read.attempts == [imports])
        read.take(try #require(SampleAttempts.pending(4)))
        #expect(read.attempts.count == 2)
    }

    @Test("Only the latest of very many image sets are kept")
    func manyImageSets() throws {
        let writes = (1...40).compactMap { SampleAttempts.imported($0, at: $0, into: "set\($0)") }
        let row = try #require(InstanceRecord(writes))
        #expect(row.attempts.count == InstanceRecord.maximumImageSets)
        #expect(row == InstanceRecord(writes.reversed()))
        #expect(row.current == writes.last)
    }

    @Test("A row with the longest UIDs takes one write unit of DynamoDB")
    func size() throws {
        let uid = String(repeating: "1.", count: 31) + "11"
        #expect(uid.utf8.count == 64)
        let delivery = SampleAttempts.delivery(1)
        let attempt = try #require(
            InstanceAttempt(
                .imported, ofKey: BucketLayout.instanceKey(delivery, study: uid, series: uid, instance: uid),
                by: ImportID(delivery, number: 99), sopClassUID: uid,
                [
                    .jobId: String(repeating: "j", count: 32), .submittedAt: "2026-11-23T23:51:52Z",
                    .endedAt: "2026-11-23T23:51:52Z", .imageSetId: String(repeating: "i", count: 32),
                    .imageSetVersion: "1000", .isPrimary: "false", .warnings: "45328,45329,45330,45344",
                ]))
        let item = InstanceRecord(attempt).item(datastoreID: String(repeating: "d", count: 32), revision: 1_000)
        let bytes = item.reduce(0) { $0 + $1.key.utf8.count + ($1.value.text?.utf8.count ?? 0) }
        #expect((600..<1_024).contains(bytes))
    }

    @Test("A row contains the SHA-256 of a malformed UID, as keys do")
    func malformed() throws {
        let delivery = SampleAttempts.delivery(1)
        let text = String(repeating: "Doe^John", count: 128)
        let key = BucketLayout.instanceKey(delivery, study: text, series: "..", instance: text)
        let attempt = try #require(
            InstanceAttempt(.pending, ofKey: key, by: ImportID(delivery), sopClassUID: "Doe^John", [:]))
        #expect(attempt.sopInstanceUID == BucketLayout.component(ofUID: text))
        let item = InstanceRecord(attempt).item(datastoreID: "d", revision: 1)
        #expect(!item.values.contains { $0.text?.contains("Doe") ?? false })
        #expect(item["seriesInstanceUID"]?.text?.utf8.count == 64)
        #expect(item["sopClassUID"]?.text?.utf8.count == 64)
    }

    @Test(
        "A key that is not one of an instance of the delivery gives no row",
        arguments: ["x.dcm", "1.2/1.3/1.4", "1.2/1.3/1.4/5.dcm", "1.2/Doe/1.4.dcm", "1.2//1.4.dcm", "../1.3/1.4.dcm"])
    func strange(_ rest: String) {
        let delivery = SampleAttempts.delivery(1)
        let key = BucketLayout.prefix(of: delivery) + rest
        #expect(InstanceAttempt(.imported, ofKey: key, by: ImportID(delivery), sopClassUID: nil, [:]) == nil)
        let other = BucketLayout.instanceKey(SampleAttempts.delivery(2), study: "1", series: "2", instance: "3")
        #expect(InstanceAttempt(.imported, ofKey: other, by: ImportID(delivery), sopClassUID: nil, [:]) == nil)
    }

    @Test("An item that is not a row of the index is not read as one")
    func notARow() {
        #expect(InstanceRecord(item: [:]) == nil)
        #expect(InstanceRecord(item: ["sopInstanceUID": .text("1"), "outcome": .text("IMPORTED")]) == nil)
        #expect(
            InstanceRecord(item: ["sopInstanceUID": .text("1"), "outcome": .text("?"), "importId": .text("?")]) == nil)
    }
}
