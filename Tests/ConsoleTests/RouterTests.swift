// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Inspection
import Testing

@testable import Console

@Suite struct RouterTests {
    private static let port = 4711
    private let token = AccessToken()
    private let inspector = SampleInspector()

    private func router(_ limits: ConsoleLimits = ConsoleLimits()) -> ConsoleRouter {
        ConsoleRouter(
            token: token, limits: limits,
            api: ConsoleAPI(inspector: inspector, limits: limits, minimumAge: .seconds(60), start: "start"))
    }

    private func ask(
        _ target: String, method: String = "GET", _ fields: [(String, String)] = [], host: String? = "127.0.0.1:4711",
        authorized: Bool = true, router: ConsoleRouter? = nil
    ) async throws -> ConsoleResponse {
        var all = fields
        if let host { all.append(("Host", host)) }
        if authorized { all.append(("Authorization", "Bearer \(token.text)")) }
        let request = try #require(ConsoleRequest(method: method, target: target, fields: all, port: Self.port))
        return await (router ?? self.router()).respond(to: request)
    }

    private func object(_ response: ConsoleResponse) throws -> [String: JSONText] {
        try JSONDecoder().decode([String: JSONText].self, from: Data(response.body))
    }

    // MARK: Who is answered

    @Test(
        "A request whose Host is another name is refused: DNS rebinding",
        arguments: [
            "evil.example:4711", "127.0.0.1:4712", "127.0.0.1", "localhost.evil.example:4711", "", "[::1]:4711",
        ])
    func foreignHost(host: String) async throws {
        #expect(try await ask("/", host: host).status == 403)
        #expect(try await ask("/api/status", host: host).status == 403)
    }

    @Test("A request without a Host, or with two, is refused")
    func hostCount() async throws {
        #expect(try await ask("/", host: nil).status == 403)
        #expect(try await ask("/", [("Host", "127.0.0.1:4711")]).status == 403)
    }

    @Test("127.0.0.1 and localhost are the console's own names", arguments: ["127.0.0.1:4711", "LocalHost:4711"])
    func ownHost(host: String) async throws {
        #expect(try await ask("/", host: host).status == 200)
    }

    @Test(
        "Nothing of the pipeline is answered without the token",
        arguments: [
            "/api/status", "/api/deliveries", "/api/delivery?id=1", "/api/instances?id=1", "/api/log?id=1",
            "/api/find?name=1", "/api/thumbnail?id=1&index=0", "/api/none", "/api/", "/%61pi/status",
        ])
    func noToken(target: String) async throws {
        let shown = [("Show-Image", "yes")]
        #expect(try await ask(target, shown, authorized: false).status == 401)
        #expect(inspector.state.withLock { $0.reads.isEmpty })
    }

    @Test("The page's files are answered without the token, but not to another site or under another name")
    func filesWithoutToken() async throws {
        for path in PageFile.all.keys {
            #expect(try await ask(path, authorized: false).status == 200, "\(path)")
            #expect(try await ask(path, host: "evil.example:4711", authorized: false).status == 403, "\(path)")
            #expect(try await ask(path, [("Origin", "null")], authorized: false).status == 403, "\(path)")
        }
    }

    @Test("The token counts as bearer token, and nowhere else: not in an address, which is copied, nor in a cookie")
    func tokenPlaces() async throws {
        let text = token.text
        #expect(try await ask("/api/status", [("Authorization", "bearer \(text)")], authorized: false).status == 200)
        for fields in [
            [("Authorization", "Bearer \(text)0")], [("Authorization", "Bearer \(text.dropLast())")],
            [("Authorization", "Bearer ")], [("Authorization", text)], [("Authorization", "Basic \(text)")],
            [("Authorization", "Bearer \(text)"), ("Authorization", "Bearer \(text)")],
            [("Cookie", "dicomstore-console-4711=\(text)")], [],
        ] {
            #expect(try await ask("/api/status", fields, authorized: false).status == 401, "\(fields)")
        }
        #expect(try await ask("/api/status?token=\(text)", authorized: false).status == 401)
    }

    @Test("No answer sets a cookie: a browser would send it to every port of 127.0.0.1")
    func noCookie() async throws {
        for target in Array(PageFile.all.keys) + ["/?token=\(token.text)", "/api/status", "/none"] {
            #expect(try await !ask(target).fields.contains { $0.0.lowercased() == "set-cookie" }, "\(target)")
        }
    }

    @Test(
        "A request that another site caused is refused",
        arguments: [
            [("Origin", "http://evil.example")], [("Origin", "null")], [("Sec-Fetch-Site", "cross-site")],
            [("Sec-Fetch-Site", "same-site")],
        ])
    func otherSite(fields: [(String, String)]) async throws {
        #expect(try await ask("/api/status", fields).status == 403)
    }

    @Test("The page's own requests are answered")
    func ownSite() async throws {
        let fields = [("Origin", "http://127.0.0.1:4711"), ("Sec-Fetch-Site", "same-origin")]
        #expect(try await ask("/api/status", fields).status == 200)
    }

    @Test("Only GET and HEAD are answered", arguments: ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"])
    func methods(method: String) async throws {
        let response = try await ask("/api/status", method: method)
        #expect(response.status == 405)
        #expect(response.fields.contains { $0 == ("Allow", "GET, HEAD") })
    }

    @Test("Two tokens differ, and have 256 bits in hexadecimal digits")
    func tokens() {
        #expect(AccessToken().text != token.text)
        #expect(token.text.utf8.count == 64)
        #expect(token.text.allSatisfy { $0.isHexDigit })
    }

    // MARK: The page

    @Test("Every file that the page names exists, and the page has nothing inline")
    func pageFiles() async throws {
        let page = String(decoding: try await ask("/").body, as: UTF8.self)
        for part in page.split(whereSeparator: { $0 == "\"" || $0 == " " })
        where part.hasPrefix("/") && part.contains(".") {
            #expect(try await ask(String(part)).status == 200, "\(part)")
        }
        for forbidden in ["<style", "style=", "onclick", "http://", "https://", "<script>"] {
            #expect(!page.contains(forbidden), "\(forbidden)")
        }
    }

    @Test("Every file that a script imports exists")
    func imports() async throws {
        for (path, file) in PageFile.all where path.hasSuffix(".js") {
            let text = String(decoding: file.content, as: UTF8.self)
            for part in text.components(after: "from \"./") {
                #expect(PageFile.all["/" + part] != nil, "\(path) imports \(part)")
            }
        }
    }

    @Test("A file that the browser has already is not sent again")
    func pageETag() async throws {
        let first = try await ask("/app.js")
        let etag = try #require(first.fields.first { $0.0 == "ETag" }).1
        let second = try await ask("/app.js", [("If-None-Match", etag)])
        #expect(second.status == 304)
        #expect(second.body.isEmpty)
    }

    @Test("An unknown path is answered 404")
    func unknownPath() async throws {
        #expect(try await ask("/etc/passwd").status == 404)
        #expect(try await ask("/../Package.swift").status == 404)
        #expect(try await ask("/api/none").status == 404)
    }

    // MARK: The API

    @Test("Answers of the API are not stored by the browser")
    func noStore() async throws {
        for target in ["/api/status", "/api/deliveries", "/api/delivery?id=1", "/api/log?id=1", "/api/find?name=1"] {
            #expect(try await ask(target).fields.contains { $0 == ("Cache-Control", "no-store") }, "\(target)")
        }
    }

    @Test("A page that names its version gets only what changed, and 304 if nothing did")
    func changes() async throws {
        inspector.state.withLock { $0.deliveries = (1...3).map { .sample($0) } }
        let limits = ConsoleLimits()
        let api = ConsoleAPI(inspector: inspector, limits: limits, minimumAge: .zero, start: "start")
        let router = ConsoleRouter(token: token, limits: limits, api: api)
        let all = try await ask("/api/deliveries", router: router)
        #expect(try object(all)["version"]?.text == "start.1")
        let etag = try #require(all.fields.first { $0.0 == "ETag" }).1
        let same = try await ask("/api/deliveries?since=start.1", [("If-None-Match", etag)], router: router)
        #expect(same.status == 304)
        inspector.state.withLock { $0.deliveries[1].step = .failed }
        let changed = try await ask("/api/deliveries?since=start.1", [("If-None-Match", etag)], router: router)
        #expect(changed.status == 200)
        let text = String(decoding: changed.body, as: UTF8.self)
        #expect(text.contains("20261129T120000-2") && !text.contains("20261129T120000-1"))
    }

    @Test("After a failed read, the last data stay, with their age and what to do")
    func failure() async throws {
        inspector.state.withLock { $0.deliveries = [.sample(1)] }
        let limits = ConsoleLimits()
        let api = ConsoleAPI(inspector: inspector, limits: limits, minimumAge: .zero, start: "start")
        let router = ConsoleRouter(token: token, limits: limits, api: api)
        _ = try await ask("/api/deliveries", router: router)
        _ = try await ask("/api/status", router: router)
        inspector.state.withLock { $0.fails = true }
        for target in ["/api/deliveries", "/api/status"] {
            let response = try await ask(target, router: router)
            #expect(response.status == 200)
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text.contains("the sample fails") && text.contains("advice") && text.contains("ageSeconds"))
            #expect(text.contains("20261129T120000-1") || text.contains("\"receivedInstances\":1"))
        }
    }

    @Test("A delivery's instances are sent a part at a time")
    func instances() async throws {
        inspector.state.withLock { $0.traces["d"] = .sample(.sample(1), instances: 450) }
        let first = String(decoding: try await ask("/api/delivery?id=d").body, as: UTF8.self)
        #expect(first.contains("\"instanceTotal\":450") && first.contains("key-199\"") && !first.contains("key-200\""))
        let last = String(decoding: try await ask("/api/instances?id=d&from=400").body, as: UTF8.self)
        #expect(last.contains("key-400\"") && last.contains("key-449\"") && !last.contains("key-399\""))
        #expect(try await ask("/api/instances?id=d&from=-1").status == 400)
        #expect(try await ask("/api/instances?id=d&from=9223372036854775807").status == 200)
    }

    @Test("An unknown delivery is answered 404, and a missing or very long name 400")
    func names() async throws {
        #expect(try await ask("/api/delivery?id=none").status == 404)
        #expect(try await ask("/api/delivery").status == 400)
        #expect(try await ask("/api/find?name=\(String(repeating: "1", count: 257))").status == 400)
    }

    @Test("No thumbnail is sent unless the request says that a person asked for it")
    func consent() async throws {
        inspector.state.withLock { $0.traces["d"] = .sample(.sample(1), instances: 1) }
        #expect(try await ask("/api/thumbnail?id=d&index=0").status == 403)
        #expect(inspector.reads("instance") == 0)
        let asked = try await ask("/api/thumbnail?id=d&index=0", [("Show-Image", "yes")])
        #expect(asked.status == 422)
        #expect(inspector.reads("instance") == 1)
        #expect(try await ask("/api/thumbnail?id=d&index=1", [("Show-Image", "yes")]).status == 404)
    }

    @Test("An instance that is too large, or whose size is unknown, is not read", arguments: [65 << 20, nil])
    func largeInstance(bytes: Int?) async throws {
        inspector.state.withLock { $0.traces["d"] = .sample(.sample(1), instances: 1, bytes: bytes) }
        let response = try await ask("/api/thumbnail?id=d&index=0", [("Show-Image", "yes")])
        #expect(response.status == 422)
        #expect(inspector.reads("instance") == 0)
    }

    @Test("More requests at once than the limit are answered 503")
    func busy() async throws {
        var limits = ConsoleLimits()
        limits.requestsAtOnce = 0
        #expect(try await ask("/", router: router(limits)).status == 503)
    }

    @Test(
        "A malformed target is no request", arguments: ["*", "http://127.0.0.1/", "/%", "/%4", "/%GG", "/?a=%FF", ""])
    func malformed(target: String) {
        #expect(ConsoleRequest(method: "GET", target: target, fields: [], port: 1) == nil)
    }
}

/// Any JSON value; only texts are kept.
struct JSONText: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
        text = try? decoder.singleValueContainer().decode(String.self)
    }
}

extension String {
    /// The texts between each `mark` and the next quotation mark.
    fileprivate func components(after mark: String) -> [String] {
        var found: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: mark) {
            rest = rest[range.upperBound...]
            found.append(String(rest.prefix { $0 != "\"" }))
        }
        return found
    }
}
