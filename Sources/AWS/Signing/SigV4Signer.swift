import FoundationEssentials
import HTTP

/// Signs requests by AWS Signature Version 4 in the `Authorization` header.
package struct SigV4Signer: Sendable {
    /// The service's signing name, such as `s3`, `states`, `dynamodb`, `medical-imaging`.
    package let service: String
    package let region: String

    package init(service: String, region: String) {
        self.service = service
        self.region = region
    }

    /// The request with `X-Amz-Date`, `X-Amz-Security-Token` where there is one, for S3 `X-Amz-Content-SHA256`, and
    /// `Authorization`. Its URL must be percent-encoded as it goes out; every header it has by then is signed, but
    /// `User-Agent`. A request that has `X-Amz-Content-SHA256` already is signed with that value.
    package func sign(_ request: HTTPRequest, with credentials: Credentials, at date: Date) -> HTTPRequest {
        var request = request
        let timestamp = date.formatted(Self.timestampStyle)
        let payloadHash = request.headers[Self.payloadHashName] ?? SHA256.hash(request.body).hexadecimal
        request.headers["Authorization"] = nil  // of an earlier signature
        request.headers["X-Amz-Date"] = timestamp
        request.headers["X-Amz-Security-Token"] = credentials.sessionToken
        if isS3 { request.headers[Self.payloadHashName] = payloadHash }

        let target = RequestTarget(url: request.url)
        let headers = canonicalHeaders(request.headers, host: target.host)
        let signedHeaders = headers.map(\.name).joined(separator: ";")
        let canonicalRequest = [
            request.method,
            canonicalPath(target.path),
            canonicalQuery(target.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(),
            signedHeaders,
            payloadHash,
        ].joined(separator: "\n")

        let day = String(timestamp.prefix(8))
        let scope = "\(day)/\(region)/\(service)/aws4_request"
        let stringToSign = [
            "AWS4-HMAC-SHA256", timestamp, scope, SHA256.hash(canonicalRequest.utf8).hexadecimal,
        ].joined(separator: "\n")
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

    /// S3 signs the path as sent, since a key may hold `//` and `/../`; every other service signs it normalised and
    /// encoded once more.
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
        let keepsTrailingSlash = path.hasSuffix("/") && !segments.isEmpty
        return (normalised + (keepsTrailingSlash ? "/" : "")).percentEncoded(keeping: "/")
    }

    private func canonicalQuery(_ query: Substring?) -> String {
        guard let query, !query.isEmpty else { return "" }
        return query.split(separator: "&", omittingEmptySubsequences: false)
            .map { pair -> (name: String, value: String) in
                let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                return (String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
            }
            .sorted { ($0.name, $0.value) < ($1.name, $1.value) }  // ASCII by now: the order of the bytes
            .map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }

    private func canonicalHeaders(_ headers: HTTPHeaders, host: String) -> [HTTPHeaders.Field] {
        var values: [String: [String]] = ["host": [host]]
        for field in headers.fields where field.name.lowercased() != "user-agent" {
            let words = field.value.split { $0 == " " || $0 == "\t" }
            values[field.name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        return values.map { HTTPHeaders.Field(name: $0.key, value: $0.value.joined(separator: ",")) }
            .sorted { $0.name < $1.name }
    }
}

/// The parts of an absolute URL that a signature covers, as they stand in it.
private struct RequestTarget {
    let host: String
    let path: String
    let query: Substring?

    init(url: String) {
        let scheme = url.prefix { $0 != ":" }
        let afterScheme = url.dropFirst(scheme.count + "://".count)
        let authorityEnd = afterScheme.firstIndex { $0 == "/" || $0 == "?" } ?? afterScheme.endIndex
        host = Self.withoutDefaultPort(afterScheme[..<authorityEnd], scheme: scheme)
        let rest = afterScheme[authorityEnd...]
        let question = rest.firstIndex(of: "?")
        path = String(rest[..<(question ?? rest.endIndex)])
        query = question.map { rest[rest.index(after: $0)...] }
    }

    /// A client leaves the default port out of the `Host` header.
    private static func withoutDefaultPort(_ authority: Substring, scheme: Substring) -> String {
        let suffix = scheme == "https" ? ":443" : ":80"
        return String(authority.hasSuffix(suffix) ? authority.dropLast(suffix.count) : authority)
    }
}
