import Foundation
import HTTP
import LoopbackHTTP
import Synchronization

/// As much of S3 as a sweep asks for, with one bucket of small objects.
final class FakeBucket: Sendable {
    private struct Contents {
        var objects: [String: String] = [:]
        /// Keys that are listed and not there: of a prefix that holds more than a test wants to lay down.
        var listedBeside: [String] = []
    }

    private static let pageSize = 1_000
    private let contents = Mutex(Contents())

    var keys: [String] { contents.withLock { $0.objects.keys.sorted() } }

    subscript(key: String) -> String? {
        get { contents.withLock { $0.objects[key] } }
        set { contents.withLock { $0.objects[key] = newValue } }
    }

    func list(beside keys: [String]) {
        contents.withLock { $0.listedBeside += keys }
    }

    func answer(_ request: LoopbackHTTPServer.Request) -> LoopbackHTTPServer.Reply {
        // "/bucket/key?query"
        let parts = request.target.split(separator: "?", maxSplits: 1)
        let key = parts[0].split(separator: "/", maxSplits: 1).dropFirst().first.map(Self.decoded) ?? ""
        switch request.method {
        case "GET" where key.isEmpty: return listing(String(parts.last ?? ""))
        case "GET": return self[key].map { .status(200, $0) } ?? .status(404, "<Error><Code>NoSuchKey</Code></Error>")
        case "PUT":
            let isRefused = request.headers["If-None-Match"] == "*" && self[key] != nil
            if isRefused { return .status(412, "<Error><Code>PreconditionFailed</Code></Error>") }
            self[key] = String(decoding: request.body, as: UTF8.self)
            return .status(200)
        case "DELETE":
            self[key] = nil
            return .status(204)
        default: return .status(405)
        }
    }

    private func listing(_ query: String) -> LoopbackHTTPServer.Reply {
        let values = Dictionary(
            uniqueKeysWithValues: query.split(separator: "&").map { pair in
                let name = pair.prefix { $0 != "=" }
                return (String(name), Self.decoded(pair.dropFirst(name.count + 1)))
            })
        let prefix = values["prefix"] ?? ""
        let start = Int(values["continuation-token"] ?? "0") ?? 0
        let found = contents.withLock { $0.objects.keys + $0.listedBeside }.filter { $0.hasPrefix(prefix) }.sorted()
        let page = found.dropFirst(start).prefix(Self.pageSize)
        let contents = page.map {
            "<Contents><Key>\($0)</Key><LastModified>2026-11-24T15:53:19.000Z</LastModified><Size>1</Size></Contents>"
        }
        let more =
            start + page.count < found.count
            ? "<IsTruncated>true</IsTruncated><NextContinuationToken>\(start + page.count)</NextContinuationToken>" : ""
        return .status(200, "<ListBucketResult>\(more)\(contents.joined())</ListBucketResult>")
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        String(text).removingPercentEncoding ?? ""
    }
}
