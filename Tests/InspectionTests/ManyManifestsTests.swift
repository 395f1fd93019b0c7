// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import LoopbackHTTP
import Testing

@testable import Inspection

@Suite("More manifests than one reading takes")
struct ManyManifestsTests {
    private static let now = SampleSnapshot.now

    /// One page of a listing that begins behind this key.
    private static func page(_ request: LoopbackHTTPServer.Request, many before: String) -> LoopbackHTTPServer.Reply {
        let isLong = request.target.contains("start-after=deliveries%2F\(before)")
        let keys = (0..<1_000).map { number in
            let digits = String(10_000 + number).dropFirst()
            return """
                <Contents><Key>deliveries/20261123T185900-0123456789abcdef0123\(digits).json</Key><Size>1</Size>\
                <LastModified>2026-11-23T18:59:00.000Z</LastModified><ETag>"e"</ETag></Contents>
                """
        }
        let more =
            isLong
            ? "<IsTruncated>true</IsTruncated><NextContinuationToken>\(request.index)</NextContinuationToken>"
            : "<IsTruncated>false</IsTruncated>"
        return .status(200, "<ListBucketResult>\(keys.joined())\(more)</ListBucketResult>")
    }

    @Test(
        "The newest are read, in a window that is short enough; a reading that is not complete says so",
        arguments: [("never", 1, true), ("20261122", 11, false)])
    func newest(_ many: String, _ requests: Int, _ isComplete: Bool) async throws {
        try await LoopbackHTTPServer.serve({ Self.page($0, many: many) }) { server, url, http in
            let stack = try PipelineStack(name: "s", ReadingTests.stack())
            let reader = PipelineReader(stack: stack, client: try .loopback(url, http: http), now: { Self.now })
            let found = try await reader.newestManifests(at: Self.now).manifests
            #expect(server.requests.count == requests && found.isComplete == isComplete)
            #expect(found.elements.count == 1_000)
        }
    }
}
