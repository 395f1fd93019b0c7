// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import LoopbackHTTP
import Testing

@testable import Inspection

@Suite("Documents of the bucket")
struct DocumentReadingTests {
    private static let marker = """
        {"version":2,"deliveryId":"\(SampleSnapshot.delivery)","task":"\(SampleSnapshot.task)","studies":[],\
        "callingAETitle":"CT1","calledAETitle":"STORESCP","peer":"127.0.0.1","openedAt":"2026-11-23T18:00:00Z"}
        """

    /// Reads the one marker of a snapshot from a server with these answers.
    private static func read(
        _ replies: @escaping LoopbackHTTPServer.Answer
    ) async throws -> (marker: PipelineSnapshot.Marker, requests: Int) {
        var result: (PipelineSnapshot.Marker, Int)?
        try await LoopbackHTTPServer.serve(replies) { server, url, http in
            let stack = try PipelineStack(name: "s", ReadingTests.stack())
            let reader = PipelineReader(stack: stack, client: try .loopback(url, http: http))
            var snapshot = try SampleSnapshot.with(.marker(secondsAgo: 10))
            for _ in 0..<2 { try await reader.fillIn(&snapshot) }
            result = (snapshot.markers[0], server.requests.filter { $0.target.contains("/open/") }.count)
        }
        return try #require(result)
    }

    private static func answer(_ status: Int, _ body: String) -> LoopbackHTTPServer.Answer {
        { request in
            request.target.contains("/open/") ? .status(status, body) : .status(200, "<ListBucketResult/>")
        }
    }

    @Test("A marker is read once")
    func once() async throws {
        let (marker, requests) = try await Self.read(Self.answer(200, Self.marker))
        #expect(marker.document?.callingAETitle == "CT1" && !marker.isUnusable && requests == 1)
    }

    @Test(
        "A marker that breaks a rule is unusable",
        arguments: [
            "{}", "", String(repeating: " ", count: 65_537),
            marker.replacing(SampleSnapshot.task, with: "0000000000000000"), marker.replacing(":2,", with: ":3,"),
        ])
    func unusable(_ body: String) async throws {
        let (marker, requests) = try await Self.read(Self.answer(200, body))
        #expect(marker.document == nil && marker.isUnusable && requests == 1)
    }

    @Test("One that is gone, or that S3 cannot read now, is read again the next time", arguments: [(404, 2), (500, 6)])
    func gap(_ status: Int, _ requests: Int) async throws {
        let (marker, made) = try await Self.read(Self.answer(status, ""))
        #expect(marker.document == nil && !marker.isUnusable && made == requests)
    }

    @Test("A right that is missing is an error")
    func denied() async throws {
        let body = "<Error><Code>AccessDenied</Code><Message>no</Message></Error>"
        let error = await #expect(throws: AWSServiceError.self) { try await Self.read(Self.answer(403, body)) }
        #expect(error?.isDenied == true)
    }
}
