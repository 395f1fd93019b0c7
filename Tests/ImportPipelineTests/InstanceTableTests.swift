// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import LoopbackHTTP
import Synchronization
import Testing

@testable import ImportPipeline

/// Uses moto's DynamoDB, an implementation of conditions that is not ours.
@Suite("The table of instances")
struct InstanceTableTests {
    @Test("The same writes give the same row in every order, also when they are repeated or run at the same time")
    func orders() async throws {
        let sets: [[InstanceAttempt?]] = [
            [
                SampleAttempts.pending(1), SampleAttempts.imported(1, at: 10), SampleAttempts.pending(2),
                SampleAttempts.failed(2, at: 20),
            ],
            [
                SampleAttempts.imported(1, at: 10, version: 2), SampleAttempts.imported(3, at: 30, version: 1),
                SampleAttempts.imported(2, at: 20, into: "y"), SampleAttempts.pending(4),
            ],
            [
                SampleAttempts.pending(1), SampleAttempts.failed(1, at: 10), SampleAttempts.pending(1, further: 1),
                SampleAttempts.imported(1, at: 30),
            ],
        ]
        try await MotoTable.serve { url, http in
            let client = try AWSClient.loopback(url, http: http)
            for (number, attempts) in sets.enumerated() {
                let writes = attempts.compactMap(\.self)
                let expected = try #require(InstanceRecord(writes))
                for (index, order) in writes.permutations.enumerated() {
                    let store = "\(number)-\(index)"
                    let table = try #require(InstanceTable(name: MotoTable.name, datastoreID: store, client: client))
                    for attempt in order { #expect(await table.write([attempt], datastoreID: nil).error == nil) }
                    #expect(try await Self.row(store, client) == expected, "\(order)")
                    #expect(await table.write(order.reversed(), datastoreID: nil).left == 0)
                    #expect(try await Self.row(store, client) == expected, "\(order)")
                }
                // A write that another writer has overtaken is repeated.
                let table = try #require(
                    InstanceTable(name: MotoTable.name, datastoreID: "\(number)-at-once", client: client))
                await withTaskGroup { group in
                    for _ in 0..<4 {
                        group.addTask { #expect(await table.write(writes.shuffled(), datastoreID: nil).error == nil) }
                    }
                }
                #expect(try await Self.row("\(number)-at-once", client) == expected)
            }
        }
    }

    private static func row(_ store: String, _ client: AWSClient) async throws -> InstanceRecord? {
        // A condition that never holds returns the item.
        let refused = try await DynamoDBClient(client: client).putItem(
            table: MotoTable.name, item: ["sopInstanceUID": .text("1.4"), "datastoreId": .text(store)],
            if: .has(["revision": "none"]))
        guard case .refused(let item?) = refused else { return nil }
        return InstanceRecord(item: item)
    }

    @Test(
        "After the first error of a missing or forbidden table no further rows are written",
        arguments: ["AccessDeniedException", "ResourceNotFoundException"])
    func failures(_ code: String) async throws {
        let reply = LoopbackHTTPServer.Reply.status(400, #"{"__type":"x#\#(code)","message":"m"}"#)
        try await LoopbackHTTPServer.serve(reply) { server, url, http in
            let table = try #require(
                InstanceTable(name: "t", datastoreID: "d", client: try .loopback(url, http: http)))
            let attempt = try #require(SampleAttempts.pending(1))
            let writes = await table.write(Array(repeating: attempt, count: 500), datastoreID: nil)
            #expect(writes.left == 500 && !writes.mayBeRepeated)
            #expect(server.requests.count <= 64)
        }
    }

    @Test("Without a name the table does not exist", arguments: [nil, ""])
    func noTable(_ name: String?) async throws {
        let client = try AWSClient.loopback("http://127.0.0.1:9", http: HTTPClient())
        #expect(InstanceTable(name: name, datastoreID: "d", client: client).map { _ in true } == nil)
    }
}
