// SPDX-License-Identifier: Apache-2.0

import ByteComparison
import Digests
import FoundationEssentials
import HTTP

/// Signs requests with AWS Signature Version 4 in the `Authorization` header.
package struct SigV4Signer: Sendable {
    /// The service's signing name, such as `s3`, `states`, `dynamodb`, `medical-imaging`.
    package let service: String
    package let region: String

    package init(service: String, region: String) {
        self.service = service
        self.region = region
    }

    /// Adds `X-Amz-Date`, `X-Amz-Security-Token` if the credentials have a token, `X-Amz-Content-SHA256` for S3, and
    /// `Authorization`. The URL must be percent-encoded. All headers are signed except `User-Agent`. If the request
    /// already has `X-Amz-Content-SHA256`, that value is signed.
    package func sign(_ request: HTTPRequest, with credentials: Credentials, at date: Date) -> HTTPRequest {
        var request = request
        let timestamp = date.formatted(Self.timestampStyle)
        let payloadHash = request.headers[Self.payloadHashName] ?? SHA256.hash(request.body).hexadecimal
        request.headers["Authorization"] = nil  // left from an earlier signature
        request.headers["X-Amz-Date"] = timestamp
        request.headers["X-Amz-Security-Token"] = credentials.sessionToken
        if isS3 { request.headers[Self.payloadHashName] = payloadHash }

        let target = RequestTarget(url: request.url)
        let headers = canonicalHeaders(request.headers, host: target.host)
        let signedHeaders = headers.map(\.name).joined(separator: ";")
        var canonicalRequest = "\(request.method)\n\(canonicalPath(target.path))\n\(canonicalQuery(target.query))\n"
        for field in headers { canonicalRequest += "\(field.name):\(field.value)\n" }
        canonicalRequest += "\n\(signedHeaders)\n\(payloadHash)"

        let day = String(timestamp.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let stringToSign =
            "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(SHA256.hash(canonicalRequest.utf8).hexadecimal)"
        let key = SigningKeys.shared.key(
            scope: [day, region, service, "aws4_request"], secret: credentials.secretAccessKey)
        let signature = SHA256.authenticationCode(of: stringToSign.utf8, key: key).hexadecimal
        request.headers["Authorization"] =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), "
            + "SignedHeaders=\(signedHeaders), Signature=\(signature)"
        return request
    }

    private static let payloadHashName = "X-Amz-Content-SHA256"

    private var isS3: Bool { service == "s3" }

    /// `20261123T235152Z`
    private static let timestampStyle = Date.ISO8601FormatStyle(
        dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZone: .gmt)

    /// S3 signs the path as sent, because a key can contain `//` and `/../`. Every other service signs the normalised
    /// path, encoded once more.
    private func canonicalPath(_ path: String) -> String {
        guard !isS3 else { return path.isEmpty ? "/" : path }
        var segments: [Substring] = []
        for segment in path.split(separator: "/") {
            switch segment {
            case ".": continue
            case "..": _ = segments.popLast()
            default: segments.append(segment)
            }
        }
        let normalised = "/" + segments.joined(separator: "/")
        let keepsTrailingSlash = path.ends(with: "/") && !segments.isEmpty
        return (normalised + (keepsTrailingSlash ? "/" : "")).percentEncoded(keeping: "/")
    }

    private func canonicalQuery(_ query: Substring?) -> String {
        guard let query, !query.isEmpty else { return "" }
        return query.split(separator: "&", omittingEmptySubsequences: false)
            .map { pair -> (name: String, value: String) in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
            }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }  // percent-encoded, so this is the order of the bytes
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    /// Sorted by name. Several values of one name are joined with commas.
    private func canonicalHeaders(_ headers: HTTPHeaders, host: String) -> [HTTPHeaders.Field] {
        var canonical = [HTTPHeaders.Field(name: "host", value: host)]
        for field in headers.fields {
            let name = field.name.lowercased()
            guard name != "user-agent" else { continue }
            if let known = canonical.firstIndex(where: { $0.name == name }) {
                canonical[known].value += ",\(field.value.withSingleBlanks)"
            } else {
                canonical.append(HTTPHeaders.Field(name: name, value: field.value.withSingleBlanks))
            }
        }
        return canonical.sorted { $0.name < $1.name }
    }
}

extension String {
    /// Without blanks at the ends, and with one space in place of each run of blanks.
    fileprivate var withSingleBlanks: String {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard utf8.contains(where: isBlank) else { return self }
        return utf8.split(whereSeparator: isBlank).map { String(Substring($0)) }.joined(separator: " ")
    }
}
