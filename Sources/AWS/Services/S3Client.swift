// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import Digests
import HTTP

/// The operations of Amazon S3 that are used here.
package struct S3Client: Sendable {
    private let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    package struct Object: Sendable {
        package let body: [UInt8]
        package let eTag: String?
        /// The size of the whole object, even if only a range of it was requested.
        package let size: Int
    }

    /// Stores a small object. S3 checks the SHA-256 of the body, which is part of the signature. The timeout is short, so
    /// that a stalled connection leaves time for another attempt.
    package func putObject(bucket: String, key: String, body: [UInt8], contentType: String) async throws {
        try await put(body, bucket, key, headers: ["Content-Type": contentType])
    }

    /// Stores the object unless the key has one. Returns `false` if it has: S3 keeps that object and answers 412
    /// `PreconditionFailed`.
    package func putObjectIfAbsent(
        bucket: String, key: String, body: [UInt8], contentType: String
    ) async throws -> Bool {
        do {
            try await put(body, bucket, key, headers: ["Content-Type": contentType, "If-None-Match": "*"])
            return true
        } catch let error as AWSServiceError where error.statusCode == 412 {
            return false
        }
    }

    /// Stores the object. S3 checks the CRC-32 and stores it with the object.
    package func putObject(
        bucket: String, key: String, body: any HTTPBody, checksum: CRC32, contentType: String
    ) async throws {
        var headers = Self.checksum(checksum)
        headers["Content-Type"] = contentType
        try await send("PutObject", "PUT", bucket, key, headers: headers, body: body)
    }

    /// The object, or the given range of its bytes. Throws `S3ObjectTooLarge` if there are more than `maximumBytes`.
    package func getObject(
        bucket: String, key: String, range: Range<Int>? = nil, ifMatch eTag: String? = nil, maximumBytes: Int
    ) async throws -> Object {
        var headers: HTTPHeaders = [:]
        if let range { headers["Range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)" }
        headers["If-Match"] = eTag
        let response: HTTPResponse
        do {
            response = try await send(
                "GetObject", "GET", bucket, key, headers: headers,
                maximumResponseBytes: max(maximumBytes, Self.maximumAnswerBytes))
        } catch HTTPError.responseTooLarge {
            throw S3ObjectTooLarge(maximum: maximumBytes)
        }
        guard response.body.count <= maximumBytes else { throw S3ObjectTooLarge(maximum: maximumBytes) }
        // "bytes 0-1023/524288"
        let total = response.headers["Content-Range"]?.split(separator: "/").last.flatMap { Int($0) }
        return Object(body: response.body, eTag: response.headers["ETag"], size: total ?? response.body.count)
    }

    /// The same; `nil` if S3 answers 404: the key has no object.
    package func getObjectIfPresent(bucket: String, key: String, maximumBytes: Int) async throws -> Object? {
        do {
            return try await getObject(bucket: bucket, key: key, maximumBytes: maximumBytes)
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }

    /// The same facts about the object as in a listing.
    package func headObject(bucket: String, key: String) async throws -> ListedObject {
        let response = try await send("HeadObject", "HEAD", bucket, key)
        guard let size = response.headers["Content-Length"].flatMap({ Int($0) }), size >= 0,
            let lastModified = response.headers["Last-Modified"].flatMap(HTTPDate.date),
            let eTag = response.headers["ETag"]
        else { throw S3AnswerError(operation: "HeadObject", missing: "Content-Length, Last-Modified or ETag") }
        return ListedObject(key: key, size: size, lastModified: lastModified, eTag: eTag)
    }

    /// Deletes the object. With an ETag, only if the object still has this ETag (412 `PreconditionFailed` otherwise).
    package func deleteObject(bucket: String, key: String, ifMatch eTag: String? = nil) async throws {
        var headers: HTTPHeaders = [:]
        headers["If-Match"] = eTag
        try await send("DeleteObject", "DELETE", bucket, key, headers: headers)
    }

    /// Copies an object of at most 5 GB inside S3, if it still has this ETag. Only the bytes are copied, not the tags,
    /// metadata and annotations of the source.
    package func copyObject(
        bucket: String, fromKey: String, ifMatch eTag: String?, toKey: String, contentType: String
    ) async throws {
        var headers = copySource(bucket: bucket, key: fromKey, eTag: eTag)
        headers["Content-Type"] = contentType
        headers["x-amz-metadata-directive"] = "REPLACE"
        headers["x-amz-tagging-directive"] = "REPLACE"
        headers["x-amz-object-annotation-directive"] = "EXCLUDE"
        try await send("CopyObject", "PUT", bucket, toKey, headers: headers)
    }

    /// Returns the upload's id. With a checksum, each part and the completion must state their CRC-32.
    package func createMultipartUpload(
        bucket: String, key: String, contentType: String, withChecksum: Bool = false
    ) async throws -> String {
        var headers: HTTPHeaders = ["Content-Type": contentType]
        if withChecksum {
            headers["x-amz-checksum-algorithm"] = "CRC32"
            headers["x-amz-checksum-type"] = Self.fullObject
        }
        let response = try await send(
            "CreateMultipartUpload", "POST", bucket, key, query: "uploads=", headers: headers)
        return try value("UploadId", in: response, operation: "CreateMultipartUpload")
    }

    /// Returns the part's ETag. Part numbers begin with 1. Each part except the last must have at least 5 MiB.
    package func uploadPart(
        bucket: String, key: String, uploadID: String, partNumber: Int, body: any HTTPBody, checksum: CRC32
    ) async throws -> String {
        let response = try await send(
            "UploadPart", "PUT", bucket, key, query: Self.partQuery(uploadID, partNumber),
            headers: Self.checksum(checksum), body: body)
        guard let eTag = response.headers["ETag"] else {
            throw S3AnswerError(operation: "UploadPart", missing: "ETag")
        }
        return eTag
    }

    /// Copies a range of another object as a part, and returns its ETag.
    package func uploadPartCopy(
        bucket: String, key: String, uploadID: String, partNumber: Int, fromKey: String, range: Range<Int>,
        ifMatch eTag: String?
    ) async throws -> String {
        var headers = copySource(bucket: bucket, key: fromKey, eTag: eTag)
        headers["x-amz-copy-source-range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        let response = try await send(
            "UploadPartCopy", "PUT", bucket, key, query: Self.partQuery(uploadID, partNumber), headers: headers)
        return try value("ETag", in: response, operation: "UploadPartCopy")
    }

    /// Assembles the object from its parts, whose ETags are given in order. S3 checks the size and the CRC-32 if they
    /// are given. With many parts this can take minutes.
    package func completeMultipartUpload(
        bucket: String, key: String, uploadID: String, eTags: [String], size: Int? = nil, checksum: CRC32? = nil
    ) async throws {
        let parts = eTags.enumerated().map { index, eTag in
            "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(S3XML.escape(eTag))</ETag></Part>"
        }
        let document =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())"
            + "</CompleteMultipartUpload>"
        var headers: HTTPHeaders = ["Content-Type": "application/xml"]
        headers["x-amz-mp-object-size"] = size.map { "\($0)" }
        if let checksum {
            headers["x-amz-checksum-crc32"] = checksum.base64
            headers["x-amz-checksum-type"] = Self.fullObject
        }
        try await send(
            "CompleteMultipartUpload", "POST", bucket, key, query: "uploadId=\(uploadID.percentEncoded())",
            headers: headers, body: Array(document.utf8) as [UInt8], timeout: .seconds(300))
    }

    package func abortMultipartUpload(bucket: String, key: String, uploadID: String) async throws {
        try await send(
            "AbortMultipartUpload", "DELETE", bucket, key, query: "uploadId=\(uploadID.percentEncoded())")
    }

    /// Replaces all tags of the object with this one.
    package func putObjectTagging(bucket: String, key: String, tag: (key: String, value: String)) async throws {
        let document =
            "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>\(S3XML.escape(tag.key))</Key>"
            + "<Value>\(S3XML.escape(tag.value))</Value></Tag></TagSet></Tagging>"
        let body = Array(document.utf8)
        var checksum = CRC32()
        body.withUnsafeBytes { checksum.update($0) }
        var headers = Self.checksum(checksum)
        headers["Content-Type"] = "application/xml"
        try await send("PutObjectTagging", "PUT", bucket, key, query: "tagging=", headers: headers, body: body)
    }

    // MARK: -

    /// Enough for a page of a listing in XML: 1,000 keys of at most 1,024 bytes, each of which can be written as an
    /// entity.
    static let maximumAnswerBytes = 8 << 20

    private func put(_ body: [UInt8], _ bucket: String, _ key: String, headers: HTTPHeaders) async throws {
        try await send("PutObject", "PUT", bucket, key, headers: headers, body: body, timeout: .seconds(10))
    }

    @discardableResult
    func send(
        _ operation: String, _ method: String, _ bucket: String, _ key: String, query: String = "",
        headers: HTTPHeaders = [:], body: any HTTPBody = [UInt8](), timeout: Duration = .seconds(60),
        maximumResponseBytes: Int = S3Client.maximumAnswerBytes
    ) async throws -> HTTPResponse {
        let url = objectURL(bucket: bucket, key: key) + (query.isEmpty ? "" : "?\(query)")
        let http = HTTPRequest(
            method: method, url: url, headers: headers, body: body, timeout: timeout,
            maximumResponseBytes: maximumResponseBytes)
        return try await client.send(
            AWSRequest(service: .s3, operation: operation, http: http, error: Self.error))
    }

    /// The bucket is part of the host name. It is part of the path instead if the endpoint is not AWS's own, or if the
    /// bucket's name contains dots, which AWS's certificate does not cover.
    func objectURL(bucket: String, key: String) -> String {
        let path = "/" + key.percentEncoded(keeping: "/")
        let endpoint = client.configuration.endpoint(of: .s3)
        guard !endpoint.isConfigured, !bucket.contains("."), let host = endpoint.url.removing(prefix: "https://") else {
            return "\(endpoint.url)/\(bucket)\(path)"
        }
        return "https://\(bucket).\(host)\(path)"
    }

    private func copySource(bucket: String, key: String, eTag: String?) -> HTTPHeaders {
        var headers: HTTPHeaders = ["x-amz-copy-source": "/\(bucket)/\(key.percentEncoded(keeping: "/"))"]
        headers["x-amz-copy-source-if-match"] = eTag
        return headers
    }

    private static let fullObject = "FULL_OBJECT"

    /// The CRC-32 is signed instead of the body's SHA-256, whose computation takes five times as long.
    private static func checksum(_ checksum: CRC32) -> HTTPHeaders {
        [
            "x-amz-checksum-crc32": checksum.base64, "x-amz-sdk-checksum-algorithm": "CRC32",
            "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD",
        ]
    }

    private static func partQuery(_ uploadID: String, _ partNumber: Int) -> String {
        "partNumber=\(partNumber)&uploadId=\(uploadID.percentEncoded())"
    }

    func value(_ element: String, in response: HTTPResponse, operation: String) throws -> String {
        guard let value = S3XML.text(of: element, in: response.body) else {
            throw S3AnswerError(operation: operation, missing: element)
        }
        return value
    }

    /// S3 can send status 200 first and fail afterwards. The body is an `<Error>` then.
    private static let mayFailAfter200: Set = ["CompleteMultipartUpload", "CopyObject", "UploadPartCopy"]

    private static func error(in response: HTTPResponse, to request: AWSRequest) -> AWSServiceError? {
        let isSuccess = (200..<300).contains(response.status)
        if isSuccess {
            guard mayFailAfter200.contains(request.operation), S3XML.text(of: "Error", in: response.body) != nil
            else { return nil }
        }
        return AWSServiceError(
            xml: response, to: request,
            // AWS's SDKs also treat an error after status 200 as a 500.
            statusCode: isSuccess ? 500 : response.status, requestIDHeader: "x-amz-request-id")
    }
}
