// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import ImportPipeline
import LoopbackHTTP
import Testing

@testable import Commitment

@Suite("The table of requests for storage commitment")
struct CommitmentTableTests {
    private static let now = SimulatedTime.beginning
    private static let transaction = CommitmentTransaction(
        .sample(), document: DocumentDigest(of: [1]), by: TaskID(), at: now, after: .seconds(2))

    private static func body(_ server: LoopbackHTTPServer, _ index: Int = 0) throws -> NSDictionary {
        let request = try #require(server.requests.dropFirst(index).first)
        return try #require(try JSONSerialization.jsonObject(with: Data(request.body)) as? NSDictionary)
    }

    private static func json(_ transaction: CommitmentTransaction) throws -> String {
        String(decoding: try JSONEncoder().encode(transaction.item), as: UTF8.self)
    }

    @Test("A first state is written if no item exists, a later one if the item has the expected fence")
    func write() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "{}")) { server, url, http in
            let table = CommitmentTable(name: "t", client: try .loopback(url, http: http))
            #expect(try await table.write(Self.transaction, expecting: nil) == .written)
            #expect(try await table.write(Self.transaction, expecting: 7) == .written)
            let first = try Self.body(server)
            #expect(first["ConditionExpression"] as? String == "attribute_not_exists(#key)")
            #expect(first["ExpressionAttributeNames"] as? NSDictionary == ["#key": "callingAETitle"])
            let item = try #require(first["Item"] as? NSDictionary)
            #expect(item["transactionUID"] as? NSDictionary == ["S": "1.3.1"])
            #expect(item["dueAt"] as? NSDictionary == ["S": "2027-01-15T08:00:02Z"])
            let second = try Self.body(server, 1)
            #expect(second["ConditionExpression"] as? String == "#n0 = :v0")
            #expect(second["ExpressionAttributeNames"] as? NSDictionary == ["#n0": "fence"])
            #expect(second["ExpressionAttributeValues"] as? NSDictionary == [":v0": ["S": "7"]])
        }
    }

    @Test("A refused write returns the existing state; a repeat of the same write has succeeded")
    func refused() async throws {
        var other = Self.transaction
        other.claimed(by: TaskID(), until: Self.now + 60)
        let refusal =
            #"{"__type":"x#ConditionalCheckFailedException","message":"m","Item":\#(try Self.json(other))}"#
        try await LoopbackHTTPServer.serve(.status(400, refusal)) { [other] _, url, http in
            let table = CommitmentTable(name: "t", client: try .loopback(url, http: http))
            #expect(try await table.write(Self.transaction, expecting: 1) == .refused(by: other))
            #expect(try await table.write(other, expecting: 1) == .written)
        }
    }

    @Test("A state that has ended carries the time at which DynamoDB removes it, as a number")
    func expires() throws {
        var ended = Self.transaction
        ended.gaveUp(at: Self.now)
        #expect(try Self.json(ended).contains(#""expiresAt":{"N":"1800604800"}"#))
    }

    @Test("Overdue transactions are asked for in the order of their time; what is not one is left out")
    func overdue() async throws {
        let answer = #"{"Items":[\#(try Self.json(Self.transaction)),{"callingAETitle":{"S":"x"}}],"Count":2}"#
        try await LoopbackHTTPServer.serve(.status(200, answer)) { server, url, http in
            let table = CommitmentTable(name: "t", client: try .loopback(url, http: http))
            #expect(try await table.overdue(before: Self.now, atMost: 100) == [Self.transaction])
            let body = try Self.body(server)
            #expect(
                body == [
                    "TableName": "t", "IndexName": "due", "KeyConditionExpression": "#key = :key AND #sort <= :bound",
                    "ExpressionAttributeNames": ["#key": "open", "#sort": "dueAt"],
                    "ExpressionAttributeValues": [":key": ["S": "1"], ":bound": ["S": "2027-01-15T08:00:00Z"]],
                    "Limit": 100,
                ])
        }
    }

    @Test("Unreported transactions are asked for by both titles")
    func unreported() async throws {
        try await LoopbackHTTPServer.serve(.status(200, #"{"Items":[]}"#)) { server, url, http in
            let table = CommitmentTable(name: "t", client: try .loopback(url, http: http))
            #expect(
                try await table.unreported(callingAETitle: "CT1", calledAETitle: "STORESCP", atMost: 1_000) == [])
            let body = try Self.body(server)
            #expect(body["IndexName"] as? String == "unreported")
            #expect(body["KeyConditionExpression"] as? String == "#key = :key")
            #expect(body["ExpressionAttributeValues"] as? NSDictionary == [":key": ["S": "CT1\\STORESCP"]])
        }
    }
}
