// SPDX-License-Identifier: Apache-2.0

import Digests
import Foundation
import HTTP
import LoopbackHTTP
import Testing

@testable import AWS

@Suite("S3Client")
struct S3ClientTests {
    static let internalError = LoopbackHTTPServer.Reply.status(
        200, "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>Try &lt;again&gt;</Message></Error>")

    @Test(
        "The bucket is in the host name for AWS, and in the path where that is not possible",
        arguments: [
            ("eu-west-1", "images", nil, "https://images.s3.eu-west-1.amazonaws.com/a/b%20c"),
            ("cn-north-1", "images", nil, "https://images.s3.cn-north-1.amazonaws.com.cn/a/b%20c"),
            ("eu-west-1", "images.dotted", nil, "https://s3.eu-west-1.amazonaws.com/images.dotted/a/b%20c"),
            ("eu-west-1", "images", "http://127.0.0.1:4566/", "http://127.0.0.1:4566/images/a/b%20c"),
        ])
    func objectURL(_ region: String, _ bucket: String, _ endpoint: String?, _ url: String) throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let environment = ["AWS_REGION": region, "AWS_ENDPOINT_URL_S3": endpoint ?? "", "AWS_ENDPOINT_URL": ""]
        let s3 = S3Client(client: try .loopback("", http: http, environment: environment))
        #expect(s3.objectURL(bucket: bucket, key: "a/b c") == url)
    }

    @Test("An object is put under its encoded key, with its content type and digest")
    func putObject() async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let isStored = try await s3.putObjectIfAbsent(
                bucket: "b", key: "/a b/../ö+", body: [1, 2], contentType: "application/dicom")
            #expect(isStored)
            try await s3.putObject(bucket: "b", key: "k", body: [], contentType: "text/plain")

            let first = try #require(server.requests.first)
            #expect(first.method == "PUT")
            #expect(first.target == "/b//a%20b/../%C3%B6%2B")
            #expect(first.headers["Content-Type"] == "application/dicom")
            #expect(first.headers["If-None-Match"] == "*")
            #expect(first.headers["X-Amz-Content-SHA256"] == SHA256.hash([1, 2]).hexadecimal)
            #expect(first.body == [1, 2])
            let second = try #require(server.requests.last)
            #expect(second.headers["If-None-Match"] == nil)
            #expect(second.headers["Content-Length"] == "0")
        }
    }

    @Test("A checksum replaces the digest in the signature")
    func putObjectWithChecksum() async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            try await s3.putObject(
                bucket: "b", key: "k", body: [1, 2] as [UInt8], checksum: .of([1, 2]), contentType: "application/dicom")
            let request = try #require(server.requests.first)
            #expect(request.body == [1, 2])
            #expect(request.headers["Content-Type"] == "application/dicom")
            #expect(request.headers["X-Amz-Content-SHA256"] == "UNSIGNED-PAYLOAD")
            #expect(request.headers["x-amz-checksum-crc32"] == CRC32.of([1, 2]).base64)
            #expect(request.headers["Authorization"]?.contains(";x-amz-checksum-crc32;") == true)
        }
    }

    @Test("An object that is there already stays, and S3 is asked once")
    func exists() async throws {
        let reply = LoopbackHTTPServer.Reply.status(
            412, headers: ["x-amz-request-id": "r"],
            "<Error><Code>PreconditionFailed</Code><Message>there</Message></Error>")
        try await LoopbackHTTPServer.serve(reply) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let isStored = try await s3.putObjectIfAbsent(bucket: "b", key: "k", body: [], contentType: "a/b")
            #expect(!isStored)
            #expect(server.requests.count == 1)
        }
    }

    @Test("An object that is not there is nil where it may be absent, and an error with its status elsewhere")
    func absent() async throws {
        let reply = LoopbackHTTPServer.Reply.status(
            404, headers: ["x-amz-request-id": "r"], "<Error><Code>NoSuchKey</Code><Message>absent</Message></Error>")
        try await LoopbackHTTPServer.serve(reply) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            #expect(try await s3.getObjectIfPresent(bucket: "b", key: "k", maximumBytes: 1) == nil)
            await #expect(
                throws: AWSServiceError(
                    service: "s3", operation: "GetObject", statusCode: 404, code: "NoSuchKey", message: "absent",
                    requestID: "r")
            ) {
                try await s3.getObject(bucket: "b", key: "k", maximumBytes: 1)
            }
            #expect(server.requests.count == 2)
        }
    }

    @Test("A HEAD request returns the same facts as a listing")
    func headObject() async throws {
        let headers: HTTPHeaders = ["ETag": "\"e\"", "Last-Modified": "Tue, 24 Nov 2026 15:53:19 GMT"]
        try await LoopbackHTTPServer.serve(.status(200, headers: headers)) { server, url, http in
            let object = try await S3Client(client: try .loopback(url, http: http)).headObject(bucket: "b", key: "a")
            #expect((object.key, object.size, object.eTag) == ("a", 0, "\"e\""))
            #expect(object.lastModified.timeIntervalSince1970 == 1_795_535_599)
            #expect(server.requests.map(\.method) == ["HEAD"])
        }
        try await LoopbackHTTPServer.serve(.status(404)) { _, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let error = await #expect(throws: AWSServiceError.self) { try await s3.headObject(bucket: "b", key: "a") }
            #expect(error?.statusCode == 404)
        }
    }

    @Test("Only a date in the HTTP format is read as a date")
    func httpDate() {
        #expect(HTTPDate.date("Sun, 06 Sep 2026 08:49:37 GMT")?.timeIntervalSince1970 == 1_788_684_577)
        for text in [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Foo 2026 08:49:37 GMT", "Sun, 06 Sep 2026 08:49:37 CET",
        ] {
            #expect(HTTPDate.date(text) == nil)
        }
    }

    @Test("With an ETag, an object is deleted only if it has this ETag")
    func deleteObject() async throws {
        try await LoopbackHTTPServer.serve(.status(204), .status(204)) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            try await s3.deleteObject(bucket: "b", key: "a")
            try await s3.deleteObject(bucket: "b", key: "a", ifMatch: "\"e\"")
            #expect(server.requests.map { $0.headers["If-Match"] } == [nil, "\"e\""])
        }
    }

    @Test("A listing can begin after a key")
    func listAfter() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "<L></L>")) { server, url, http in
            _ = try await S3Client(client: try .loopback(url, http: http))
                .listObjects(bucket: "b", prefix: "open/", startingAfter: "open/a b", maximum: 2)
            #expect(
                server.requests.map(\.target) == ["/b/?list-type=2&prefix=open%2F&start-after=open%2Fa%20b"])
        }
    }

    @Test("A listing requests pages until it is complete")
    func list() async throws {
        func page(_ name: String, _ rest: String) -> LoopbackHTTPServer.Reply {
            .status(
                200,
                "<ListBucketResult>\(rest)<Contents><Key>\(name)</Key><LastModified>2026-11-24T15:53:19.250Z</LastModified>"
                    + "<ETag>&quot;e&quot;</ETag><Size>5</Size></Contents></ListBucketResult>")
        }
        let first = page(
            "a&amp;b", "<IsTruncated>true</IsTruncated><NextContinuationToken>t/+=</NextContinuationToken>")
        try await LoopbackHTTPServer.serve(first, page("c", "<IsTruncated>false</IsTruncated>")) { server, url, http in
            let listing = try await S3Client(client: try .loopback(url, http: http))
                .listObjects(bucket: "b", prefix: "open/", maximum: 2)
            let objects = listing.objects
            #expect(listing.isComplete)
            #expect(objects.map(\.key) == ["a&b", "c"])
            #expect(objects[0].size == 5)
            #expect(objects[0].eTag == "\"e\"")
            #expect(objects[0].lastModified.timeIntervalSince1970 == 1_795_535_599.25)
            #expect(
                server.requests.map(\.target) == [
                    "/b/?list-type=2&prefix=open%2F",
                    "/b/?continuation-token=t%2F%2B%3D&list-type=2&prefix=open%2F",
                ])
        }
    }

    @Test(
        "A listing ends at its maximum and reports whether there are more objects",
        arguments: 1...4)
    func listAtMost(_ maximum: Int) async throws {
        let contents = ["a", "b", "c"].map {
            "<Contents><Key>\($0)</Key><LastModified>2026-11-24T15:53:19.250Z</LastModified><ETag>e</ETag><Size>5</Size></Contents>"
        }
        let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
        let pages = ["<L>\(more)\(contents[0])\(contents[1])</L>", "<L>\(contents[2])</L>"]
        try await LoopbackHTTPServer.serve(.status(200, pages[0]), .status(200, pages[1])) { server, url, http in
            let listing = try await S3Client(client: try .loopback(url, http: http))
                .listObjects(bucket: "b", prefix: "", maximum: maximum)
            #expect(listing.objects.map(\.key) == Array(["a", "b", "c"].prefix(maximum)))
            #expect(listing.isComplete == (maximum >= 3))
            #expect(server.requests.count == (maximum > 2 ? 2 : 1))
        }
    }

    @Test("Folders are listed page by page, without the prefix and the slash")
    func folders() async throws {
        func page(_ names: [String], _ rest: String) -> LoopbackHTTPServer.Reply {
            let folders = names.map { "<CommonPrefixes><Prefix>d/\($0)/</Prefix></CommonPrefixes>" }.joined()
            return .status(200, "<L><Prefix>d/</Prefix>\(rest)\(folders)</L>")
        }
        let more = "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
        try await LoopbackHTTPServer.serve(page(["1.2", "1.3"], more), page(["1.4"], "")) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            #expect(try await s3.listFolders(bucket: "b", prefix: "d/", maximum: 5) == ["1.2", "1.3", "1.4"])
            #expect(
                server.requests.map(\.target) == [
                    "/b/?delimiter=%2F&list-type=2&prefix=d%2F",
                    "/b/?continuation-token=t&delimiter=%2F&list-type=2&prefix=d%2F",
                ])
        }
    }

    @Test("A folder that is not below the prefix is an error")
    func strangeFolder() async throws {
        let page = "<L><CommonPrefixes><Prefix>e/1.2/</Prefix></CommonPrefixes></L>"
        try await LoopbackHTTPServer.serve(.status(200, page)) { _, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            await #expect(throws: S3AnswerError.self) {
                _ = try await s3.listFolders(bucket: "b", prefix: "d/", maximum: 5)
            }
        }
    }

    @Test("A listing with a repeated continuation token is an error")
    func repeatedToken() async throws {
        let page = "<L><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></L>"
        try await LoopbackHTTPServer.serve(.status(200, page)) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            await #expect(throws: S3AnswerError.self) { try await s3.listObjects(bucket: "b", prefix: "", maximum: 9) }
            #expect(server.requests.count == 2)
        }
    }

    @Test(
        "A listing without a size, or with a negative one, is an error",
        arguments: ["-1", "", "1e3", "9223372036854775808"])
    func listedSize(_ size: String) {
        let page =
            "<Contents><Key>a</Key><LastModified>2026-11-24T15:53:19.250Z</LastModified><ETag>e</ETag><Size>\(size)</Size></Contents>"
        #expect(throws: S3AnswerError.self) { try S3Client.objects(inPage: Array(page.utf8)) }
    }

    @Test("An object with more bytes than the caller allows is refused", arguments: [3, 9 << 20])
    func tooLarge(_ size: Int) async throws {
        let body = String(repeating: "x", count: size)
        try await LoopbackHTTPServer.serve(.status(200, body)) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            await #expect(throws: S3ObjectTooLarge(maximum: size - 1)) {
                try await s3.getObject(bucket: "b", key: "k", maximumBytes: size - 1)
            }
            #expect(try await s3.getObject(bucket: "b", key: "k", maximumBytes: size).size == size)
            #expect(server.requests.count == 2)
        }
    }

    @Test("A tag is sent with a checksum, which S3 requires")
    func tagging() async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            try await s3.putObjectTagging(bucket: "b", key: "k", tag: ("imported", "a&b"))
            let request = try #require(server.requests.first)
            #expect(request.target == "/b/k?tagging=")
            let body = String(decoding: request.body, as: UTF8.self)
            #expect(body.contains("<Tag><Key>imported</Key><Value>a&amp;b</Value></Tag>"))
            #expect(request.headers["x-amz-checksum-crc32"] == CRC32.of(request.body).base64)
        }
    }

    @Test("A range is requested by its first and last byte; the size is that of the whole object")
    func range() async throws {
        let part = LoopbackHTTPServer.Reply.status(
            206, headers: ["Content-Range": "bytes 2-4/100", "ETag": "\"e\""], "abc")
        try await LoopbackHTTPServer.serve(part) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let object = try await s3.getObject(bucket: "b", key: "k", range: 2..<5, ifMatch: "\"e\"", maximumBytes: 3)
            #expect(object.size == 100)
            #expect(object.eTag == "\"e\"")
            #expect(object.body == Array("abc".utf8))
            #expect(server.requests.first?.headers["Range"] == "bytes=2-4")
            #expect(server.requests.first?.headers["If-Match"] == "\"e\"")
        }
    }

    @Test("An object that looks like an error document is returned as an object")
    func objectLikeError() async throws {
        try await LoopbackHTTPServer.serve(Self.internalError) { _, url, http in
            let object = try await S3Client(client: try .loopback(url, http: http)).getObject(
                bucket: "b", key: "k", maximumBytes: 1_000)
            #expect(object.size == object.body.count)
        }
    }

    @Test("An error in the 200 response of CompleteMultipartUpload is retried")
    func completeAgain() async throws {
        try await LoopbackHTTPServer.serve(Self.internalError, .status(200, "<Result/>")) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            try await s3.completeMultipartUpload(bucket: "b", key: "k", uploadID: "a/b+c", eTags: ["\"1\"", "\"2\""])
            #expect(server.requests.map(\.target) == ["/b/k?uploadId=a%2Fb%2Bc", "/b/k?uploadId=a%2Fb%2Bc"])
            let body = try #require(server.requests.last?.body)
            #expect(
                String(decoding: body, as: UTF8.self) == """
                    <CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
                    <Part><PartNumber>1</PartNumber><ETag>&quot;1&quot;</ETag></Part>\
                    <Part><PartNumber>2</PartNumber><ETag>&quot;2&quot;</ETag></Part></CompleteMultipartUpload>
                    """)
        }
    }

    @Test("A lasting error in a 200 response is thrown as a server error")
    func completeFails() async throws {
        try await LoopbackHTTPServer.serve(Self.internalError) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            await #expect(
                throws: AWSServiceError(
                    service: "s3", operation: "CompleteMultipartUpload", statusCode: 500, code: "InternalError",
                    message: "Try <again>")
            ) {
                try await s3.completeMultipartUpload(bucket: "b", key: "k", uploadID: "u", eTags: [])
            }
            #expect(server.requests.count == 3)
        }
    }

    @Test("Entities in an upload id are decoded; a part's ETag is that of the header")
    func multipart() async throws {
        let answer: LoopbackHTTPServer.Answer = { request in
            request.target == "/b/k?uploads="
                ? .status(200, "<R><UploadId>a&amp;b</UploadId></R>") : .status(200, headers: ["ETag": "\"p\""])
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            let uploadID = try await s3.createMultipartUpload(
                bucket: "b", key: "k", contentType: "application/dicom", withChecksum: true)
            let eTag = try await s3.uploadPart(
                bucket: "b", key: "k", uploadID: uploadID, partNumber: 7, body: [1] as [UInt8],
                checksum: .of([1]))
            try await s3.abortMultipartUpload(bucket: "b", key: "k", uploadID: uploadID)
            #expect(eTag == "\"p\"")
            #expect(server.requests.map(\.method) == ["POST", "PUT", "DELETE"])
            #expect(
                server.requests.map(\.target)
                    == ["/b/k?uploads=", "/b/k?partNumber=7&uploadId=a%26b", "/b/k?uploadId=a%26b"])
        }
    }

    @Test("A response without a required value is an error")
    func incompleteAnswer() async throws {
        try await LoopbackHTTPServer.serve(.status(200, "<R/>")) { _, url, http in
            let s3 = S3Client(client: try .loopback(url, http: http))
            await #expect(throws: S3AnswerError.self) {
                try await s3.createMultipartUpload(bucket: "b", key: "k", contentType: "a/b")
            }
            await #expect(throws: S3AnswerError.self) {
                try await s3.uploadPart(
                    bucket: "b", key: "k", uploadID: "u", partNumber: 1, body: [UInt8](), checksum: CRC32())
            }
        }
    }
}

extension CRC32 {
    fileprivate static func of(_ bytes: [UInt8]) -> CRC32 {
        var checksum = CRC32()
        bytes.withUnsafeBytes { checksum.update($0) }
        return checksum
    }
}
