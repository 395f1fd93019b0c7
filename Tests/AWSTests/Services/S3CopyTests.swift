// SPDX-License-Identifier: Apache-2.0

import HTTP
import LoopbackHTTP
import Testing

@testable import AWS

@Suite("Copies of S3Client")
struct S3CopyTests {
    @Test("A small object is copied with one request, from its encoded key and only if it is unchanged")
    func copy() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "<CopyObjectResult/>")) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            try await s3.copy(bucket: "b", fromKey: "in/a+b", ifMatch: "\"e\"", size: 512 << 20, toKey: "out")
            let request = try #require(server.requests.first)
            #expect(server.requests.count == 1)
            #expect(request.method == "PUT")
            #expect(request.target == "/b/out")
            #expect(request.headers["x-amz-copy-source"] == "/b/in/a%2Bb")
            #expect(request.headers["x-amz-copy-source-if-match"] == "\"e\"")
        }
    }

    @Test("A copy does not include tags, metadata and annotations of its source")
    func copyOfBytes() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "<CopyObjectResult/>")) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            try await s3.copy(bucket: "b", fromKey: "in", ifMatch: nil, size: 1, toKey: "out")
            let request = try #require(server.requests.first)
            #expect(request.headers["x-amz-tagging-directive"] == "REPLACE")
            #expect(request.headers["x-amz-metadata-directive"] == "REPLACE")
            #expect(request.headers["x-amz-object-annotation-directive"] == "EXCLUDE")
            #expect(request.headers["x-amz-tagging"] == nil)
            #expect(request.headers["Content-Type"] == "application/dicom")
            #expect(request.headers["Authorization"]?.contains(";x-amz-tagging-directive") == true)
        }
    }

    @Test("A larger object is copied in parts without gaps")
    func copyInParts() async throws {
        let size = (5 << 30) + 1
        let answer: LoopbackHTTPServer.Answer = { request in
            .status(
                200,
                """
                <R><UploadId>u</UploadId><ETag>\(request.headers["x-amz-copy-source-range"] ?? "")</ETag></R>
                """)
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            try await s3.copy(bucket: "b", fromKey: "in", ifMatch: nil, size: size, toKey: "out")
            let part = 512 << 20
            let ranges = (0..<11).map { "bytes=\($0 * part)-\(min(($0 + 1) * part, size) - 1)" }
            let complete = try #require(server.requests.last)
            #expect(complete.method == "POST")
            #expect(server.requests.count == 13)
            let eTags = String(decoding: complete.body, as: UTF8.self).split(separator: "<ETag>").dropFirst()
            #expect(eTags.map { String($0.prefix { $0 != "<" }) } == ranges)
        }
    }

    @Test("A copy in parts is aborted if one part fails")
    func copyAborted() async throws {
        let answer: LoopbackHTTPServer.Answer = { request in
            switch request.method {
            case "POST": .status(200, "<UploadId>u</UploadId>")
            case "PUT": .status(412, "<Error><Code>PreconditionFailed</Code></Error>")
            default: .status(204)
            }
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let error = await #expect(throws: AWSServiceError.self) {
                try await s3.copy(bucket: "b", fromKey: "in", ifMatch: "\"e\"", size: 6 << 30, toKey: "out")
            }
            #expect(error?.code == "PreconditionFailed")
            // Cancelled parts can reach the server after the abort.
            let aborts = server.requests.filter { $0.method == "DELETE" }
            #expect(aborts.map(\.target) == ["/b/out?uploadId=u"])
        }
    }
}
