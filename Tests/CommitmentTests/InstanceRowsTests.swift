// SPDX-License-Identifier: Apache-2.0

import AWS
import DICOM
import Foundation
import HTTP
import ImportPipeline
import LoopbackHTTP
import Testing

@testable import Commitment

@Suite("What the instance index says of an instance")
struct InstanceRowsTests {
    private static let reference = InstanceReference(
        sopClassUID: .sample("1.2.840.10008.5.1.4.1.1.2"), sopInstanceUID: .sample("1.4"))

    /// Attempts by deliveries that were opened one after the other.
    private static func row(
        _ outcomes: [InstanceAttempt.Outcome], sopClassUID: String? = "1.2.840.10008.5.1.4.1.1.2"
    ) throws -> InstanceRecord {
        let attempts = try outcomes.enumerated().map { number, outcome in
            let delivery = DeliveryID(
                openedAt: SimulatedTime.beginning + Double(number), randomness: 0, UInt32(number))
            return try #require(
                InstanceAttempt(
                    outcome, ofKey: BucketLayout.instanceKey(delivery, study: "1.2", series: "1.3", instance: "1.4"),
                    by: ImportID(delivery, number: 0), sopClassUID: sopClassUID,
                    outcome == .pending
                        ? [:] : [.jobId: "\(number)", .submittedAt: "2027-01-15T08:00:0\(number)Z", .imageSetId: "x"]))
        }
        var row = InstanceRecord(attempts[0])
        for attempt in attempts.dropFirst() { row.take(attempt) }
        return row
    }

    typealias Case = (outcomes: [InstanceAttempt.Outcome], imported: InstanceFinding, stored: InstanceFinding)

    @Test(
        "What counts as committed",
        arguments: [
            ([.pending], .pending, .committed),
            ([.imported], .committed, .committed),
            ([.failed], .failed, .committed),
            ([.missing], .failed, .committed),
            // It was sent again: the newer import decides.
            ([.imported, .pending], .importedAgain, .committed),
            ([.imported, .failed], .failed, .committed),
            ([.failed, .pending], .pending, .committed),
            ([.failed, .imported], .committed, .committed),
        ] as [Case])
    func outcomes(_ it: Case) throws {
        let row = try Self.row(it.outcomes)
        #expect(InstanceRows.finding(of: Self.reference, rows: [row], proof: .imported) == it.imported)
        #expect(InstanceRows.finding(of: Self.reference, rows: [row], proof: .stored) == it.stored)
    }

    @Test("A row of another class is a conflict, as soon as its import has ended; a row without a class is not")
    func sopClass() throws {
        for outcome in [InstanceAttempt.Outcome.imported, .failed] {
            let row = try Self.row([outcome], sopClassUID: "1.2.840.10008.5.1.4.1.1.4")
            #expect(InstanceRows.finding(of: Self.reference, rows: [row], proof: .imported) == .ofAnotherClass)
            #expect(InstanceRows.finding(of: Self.reference, rows: [row], proof: .stored) == .ofAnotherClass)
        }
        let pending = try Self.row([.pending], sopClassUID: "1.2.840.10008.5.1.4.1.1.4")
        #expect(InstanceRows.finding(of: Self.reference, rows: [pending], proof: .imported) == .pending)
        let unnamed = try Self.row([.imported], sopClassUID: nil)
        #expect(InstanceRows.finding(of: Self.reference, rows: [unnamed], proof: .imported) == .committed)
    }

    @Test("Without a row nothing is known; one data store that has the instance is enough")
    func rows() throws {
        #expect(InstanceRows.finding(of: Self.reference, rows: [], proof: .stored) == .unknown)
        let rows = [try Self.row([.failed]), try Self.row([.imported]), try Self.row([.pending])]
        #expect(InstanceRows.finding(of: Self.reference, rows: rows, proof: .imported) == .committed)
        #expect(InstanceRows.finding(of: Self.reference, rows: [rows[0], rows[2]], proof: .imported) == .pending)
    }

    private static func search(_ url: String, _ http: HTTPClient, stores: [String] = ["d"]) throws -> InstanceRows {
        InstanceRows(
            table: "t", datastoreIDs: stores, proof: .imported, client: try .loopback(url, http: http),
            clock: ImmediateClock(), fraction: { 0 })
    }

    private static func references(_ count: Int) -> [InstanceReference] {
        (0..<count).map {
            InstanceReference(sopClassUID: reference.sopClassUID, sopInstanceUID: .sample("1.4.\($0)"))
        }
    }

    private struct Request: Decodable {
        struct Keys: Decodable {
            let Keys: [[String: [String: String]]]
        }

        let RequestItems: [String: Keys]
    }

    @Test("A hundred rows are read by one request, whatever the number of data stores")
    func batches() async throws {
        try await LoopbackHTTPServer.serve(.status(200, #"{"Responses":{"t":[]},"UnprocessedKeys":{}}"#)) {
            server, url, http in
            #expect(try Self.search(url, http).batchSize == 100)
            #expect(try Self.search(url, http, stores: ["d", "e", "f"]).batchSize == 33)
            let findings = try await Self.search(url, http).findings(of: Self.references(100)[...])
            #expect(findings == Array(repeating: .unknown, count: 100))
            #expect(server.requests.count == 1)
            let request = try JSONDecoder().decode(Request.self, from: Data(server.requests[0].body))
            #expect(request.RequestItems["t"]?.Keys.count == 100)
            #expect(request.RequestItems["t"]?.Keys.first?["datastoreId"] == ["S": "d"])
        }
    }

    @Test("An instance that two references name, with two classes, is asked for once")
    func twice() async throws {
        try await LoopbackHTTPServer.serve(.status(200, #"{"Responses":{}}"#)) { server, url, http in
            let both = [
                Self.reference,
                InstanceReference(sopClassUID: .sample("1.2.3"), sopInstanceUID: Self.reference.sopInstanceUID),
            ]
            _ = try await Self.search(url, http).findings(of: both[...])
            let request = try JSONDecoder().decode(Request.self, from: Data(server.requests[0].body))
            #expect(request.RequestItems["t"]?.Keys.count == 1)
        }
    }

    @Test("Rows that DynamoDB leaves out are asked for again, and only these")
    func unprocessed() async throws {
        let row =
            #"{"sopInstanceUID":{"S":"1.4.0"},"datastoreId":{"S":"d"},"outcome":{"S":"PENDING"},"importId":{"S":"\#(try Self.row([.pending]).current.importID)"}}"#
        let busy =
            #"{"Responses":{"t":[]},"UnprocessedKeys":{"t":{"Keys":[{"sopInstanceUID":{"S":"1.4.0"},"datastoreId":{"S":"d"}}]}}}"#
        try await LoopbackHTTPServer.serve(
            .status(200, busy), .status(200, busy), .status(200, #"{"Responses":{"t":[\#(row)]}}"#)
        ) { server, url, http in
            let findings = try await Self.search(url, http).findings(of: Self.references(2)[...])
            #expect(findings == [.pending, .unknown])
            let keys = try server.requests.map {
                try JSONDecoder().decode(Request.self, from: Data($0.body)).RequestItems["t"]?.Keys.count
            }
            #expect(keys == [2, 1, 1])
        }
    }

    @Test("Rows that DynamoDB leaves out each time are an error, and not unknown instances")
    func alwaysBusy() async throws {
        let busy =
            #"{"UnprocessedKeys":{"t":{"Keys":[{"sopInstanceUID":{"S":"1.4.0"},"datastoreId":{"S":"d"}}]}}}"#
        try await LoopbackHTTPServer.serve(.status(200, busy)) { server, url, http in
            await #expect(throws: RowsNotRead.self) {
                try await Self.search(url, http).findings(of: Self.references(1)[...])
            }
            #expect(server.requests.count == 8)
        }
    }
}

/// A clock on which no time is waited for.
private struct ImmediateClock: Clock {
    var now: ContinuousClock.Instant { ContinuousClock.now }
    var minimumResolution: Duration { .zero }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {}
}
