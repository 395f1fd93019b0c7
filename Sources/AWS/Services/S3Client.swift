import ByteComparison
import HTTP
import StructuredLog

/// Amazon S3, as far as it is used here.
package struct S3Client: Sendable {
    private let client: AWSClient

    package init(client: AWSClient) {
        self.client = client
    }

    package struct Object: Sendable {
        package let body: [UInt8]
        package let eTag: String?
        /// The whole object's size, also when only a range of it was asked for.
        package let size: Int
    }

    /// Stores a small object: a connection on which nothing moves is given up soon enough to try another. S3 checks the
    /// SHA-256 of the body, which is part of the signature, before it answers.
    package func putObject(bucket: String, key: String, body: [UInt8], contentType: String) async throws {
        try await put(body, bucket, key, headers: ["Content-Type": contentType])
    }

    /// The same where the key has no object yet. False: it has one, which stays as it is (412 `PreconditionFailed`).
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

    /// Stores the object. S3 checks its CRC-32 before it answers, and keeps it.
    package func putObject(
        bucket: String, key: String, body: any HTTPBody, checksum: CRC32, contentType: String
    ) async throws {
        var headers = Self.checksum(checksum)
        headers["Content-Type"] = contentType
        try await send("PutObject", "PUT", bucket, key, headers: headers, body: body)
    }

    /// The object, or these bytes of it as far as it has them: at most so many, `S3ObjectTooLarge` where there are more.
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

    /// The same; `nil` when the key has no object (404 `NoSuchKey`).
    package func getObjectIfPresent(bucket: String, key: String, maximumBytes: Int) async throws -> Object? {
        do {
            return try await getObject(bucket: bucket, key: key, maximumBytes: maximumBytes)
        } catch let error as AWSServiceError where error.statusCode == 404 {
            return nil
        }
    }

    /// What a listing would tell of the object.
    package func headObject(bucket: String, key: String) async throws -> ListedObject {
        let response = try await send("HeadObject", "HEAD", bucket, key)
        guard let size = response.headers["Content-Length"].flatMap({ Int($0) }), size >= 0,
            let lastModified = response.headers["Last-Modified"].flatMap(HTTPDate.date),
            let eTag = response.headers["ETag"]
        else { throw S3AnswerError(operation: "HeadObject", missing: "Content-Length, Last-Modified or ETag") }
        return ListedObject(key: key, size: size, lastModified: lastModified, eTag: eTag)
    }

    /// Deletes the object; with an ETag only if it still has this one (412 `PreconditionFailed`).
    package func deleteObject(bucket: String, key: String, ifMatch eTag: String? = nil) async throws {
        var headers: HTTPHeaders = [:]
        headers["If-Match"] = eTag
        try await send("DeleteObject", "DELETE", bucket, key, headers: headers)
    }

    /// Copies an object of at most 5 GB inside S3, if it still has this ETag. Its bytes alone: what the source's writer
    /// attached to it, tags, metadata and annotations, stays behind.
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

    /// The upload's id. With a checksum, that of each part and of the whole object are to be told.
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

    /// The part's ETag. Parts count from 1; each but the last has at least 5 MiB.
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

    /// The ETag of a part that is a range of another object.
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

    /// Makes the object out of its parts, given by their ETags in order. S3 checks its size and CRC-32, where they are
    /// given. For many parts it may take minutes.
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

    /// Replaces the object's tags by this one.
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

    /// Of XML: a page of a listing, whose 1,000 keys have at most 1,024 bytes each, every one of them perhaps an entity.
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

    /// The bucket stands in the host name, but in the path where the endpoint is another than AWS's or where its dots
    /// would not fit AWS's certificate.
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

    /// The CRC-32 stands in the signature in the place of the body's SHA-256, which takes five times as long.
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

    /// S3 can say 200, work on for a while and then fail: the body is an `<Error>` all the same.
    private static let mayFailAfter200: Set = ["CompleteMultipartUpload", "CopyObject", "UploadPartCopy"]

    private static func error(in response: HTTPResponse, to request: AWSRequest) -> AWSServiceError? {
        let isSuccess = (200..<300).contains(response.status)
        if isSuccess {
            guard mayFailAfter200.contains(request.operation), S3XML.text(of: "Error", in: response.body) != nil
            else { return nil }
        }
        return AWSServiceError(
            xml: response, to: request,
            // An error behind a 200 is one of the server's: AWS's own clients treat it as a 500.
            statusCode: isSuccess ? 500 : response.status, requestIDHeader: "x-amz-request-id")
    }
}

/// An object, or what was asked for of it, has more bytes than its reader takes.
package struct S3ObjectTooLarge: NamedError, Equatable, CustomStringConvertible {
    package let maximum: Int

    package var errorClass: ErrorClass? { .permanent }

    package var description: String { "s3 GetObject: expected at most \(maximum) bytes, but there are more" }
}

/// S3 answered with success and left out what the answer must hold.
package struct S3AnswerError: Error, CustomStringConvertible {
    let operation: String
    let missing: String

    package var description: String { "s3 \(operation): the answer holds no \(missing)" }
}
