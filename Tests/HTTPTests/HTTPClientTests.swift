// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import LoopbackHTTP
import StructuredLog
import Testing

@Suite("HTTPClient", .timeLimit(.minutes(1)))
struct HTTPClientTests {
    @Test("A request arrives unchanged, and its response is returned complete")
    func exchange() async throws {
        let answer = HTTPResponse(status: 418, headers: ["X-Note": "  a b\t"], body: [0, 255, 10])
        try await LoopbackHTTPServer.serve(.response(answer)) { server, url, http in
            let response = try await http.execute(
                HTTPRequest(
                    method: "PUT", url: url + "/a/../b//%2F?x=%20&y", headers: ["X-Empty": "", "X-Full": "1"],
                    body: [1, 2, 3]))
            #expect(response.status == 418)
            #expect(response.headers["x-note"] == "a b")
            #expect(response.body == [0, 255, 10])

            let request = try #require(server.requests.first)
            #expect(request.method == "PUT")
            #expect(request.target == "/a/../b//%2F?x=%20&y")
            #expect(request.headers["X-Empty"] == "")
            #expect(request.headers["X-Full"] == "1")
            #expect(request.headers["Expect"] == nil)
            #expect(request.headers["Accept"] == nil)
            #expect(request.body == [1, 2, 3])
        }
    }

    @Test("Every method is sent with its name", arguments: ["GET", "HEAD", "DELETE", "PUT", "POST"])
    func methods(_ method: String) async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { server, url, http in
            let response = try await http.execute(HTTPRequest(method: method, url: url))
            #expect(response.status == 200)
            #expect(server.requests.map(\.method) == [method])
        }
    }

    @Test("Options of one request do not affect the next one on the same connection")
    func reuse() async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { server, url, http in
            _ = try await http.execute(HTTPRequest(method: "PUT", url: url, headers: ["X-First": "1"], body: [1]))
            _ = try await http.execute(HTTPRequest(url: url))
            #expect(server.requests.map(\.indexOnConnection) == [0, 1])
            #expect(server.requests.map(\.method) == ["PUT", "GET"])
            #expect(server.requests.last?.headers["X-First"] == nil)
            #expect(server.requests.last?.body == [])
        }
    }

    @Test("Many concurrent requests get their own responses over few connections")
    func many() async throws {
        let echo: LoopbackHTTPServer.Answer = { .response(HTTPResponse(status: 200, body: $0.body)) }
        try await LoopbackHTTPServer.serve(echo) { server, url, http in
            try await withThrowingTaskGroup { group in
                for number in 0..<300 {
                    group.addTask {
                        let body = Array("\(number)".utf8)
                        let response = try await http.execute(HTTPRequest(method: "POST", url: url, body: body))
                        #expect(response.body == body)
                    }
                }
                try await group.waitForAll()
            }
            #expect(server.requests.count == 300)
            #expect(server.requests.count { $0.indexOnConnection == 0 } <= 8)
        }
    }

    @Test("The whole body is sent again if the server has closed the kept connection")
    func closedConnection() async throws {
        let answer: LoopbackHTTPServer.Answer = { $0.index == 1 ? .hangUp : .status(200) }
        let body = (0..<(1 << 20)).map { UInt8(truncatingIfNeeded: $0 / 251) }
        try await LoopbackHTTPServer.serve(answer) { server, url, http in
            _ = try await http.execute(HTTPRequest(url: url))
            let response = try await http.execute(HTTPRequest(method: "PUT", url: url, body: body))
            #expect(response.status == 200)
            #expect(server.requests.map(\.indexOnConnection) == [0, 1, 0])
            #expect(server.requests.last?.body == body)
        }
    }

    @Test("A connection that ends without a response fails the transfer")
    func hangUp() async throws {
        try await LoopbackHTTPServer.serve(.hangUp) { _, url, http in
            let error = await #expect(throws: HTTPError.self) { try await http.execute(HTTPRequest(url: url)) }
            #expect(error?.transferCode == 52)
        }
    }

    @Test("A request with a line break or NUL in its head is not sent", arguments: ["\r\nX: y", "\n", "\r", "\0"])
    func unusable(_ text: String) async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { server, url, http in
            for request in [
                HTTPRequest(url: url, headers: ["X-Amz-Copy-Source": "a\(text)b"]),
                HTTPRequest(url: "\(url)/a\(text)b"),
                HTTPRequest(method: "PUT\(text)", url: url), HTTPRequest(url: url, headers: ["X\(text)": "a"]),
            ] {
                let error = await #expect(throws: HTTPError.self) { try await http.execute(request) }
                #expect(error?.reportedClass == .permanent)
                #expect(error?.reportedName == "UnusableRequest")
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test(
        "A URL that is not an HTTP URL is a permanent error and not a failed connection",
        arguments: ["gopher://127.0.0.1/", "http://", "http://a b/"])
    func malformedURL(_ url: String) async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let error = await #expect(throws: HTTPError.self) { try await http.execute(HTTPRequest(url: url)) }
        #expect(error?.reportedClass == .permanent)
    }

    @Test(
        "Each error has a name, and a class that decides about retries",
        arguments: [
            (HTTPError.transferFailed(code: 7, reason: ""), "ConnectionFailed", ErrorClass.transient),
            (.responseTooLarge(maximum: 1), "ResponseTooLarge", .permanent), (.cancelled, "CallCancelled", nil),
            (.shutDown, "ClientShutDown", nil),
        ] as [(HTTPError, String, ErrorClass?)])
    func classes(_ error: HTTPError, _ name: String, _ errorClass: ErrorClass?) {
        #expect(error.reportedName == name)
        #expect(error.reportedClass == errorClass)
    }

    @Test("A port without a server fails the transfer")
    func refused() async throws {
        let http = HTTPClient()
        defer { http.shutDown() }
        let port = try ReservedPort()
        defer { withExtendedLifetime(port) {} }
        let error = await #expect(throws: HTTPError.self) { try await http.execute(HTTPRequest(url: port.url)) }
        #expect(error?.transferCode == 7)
    }

    @Test("A request to a silent server times out")
    func timeout() async throws {
        try await LoopbackHTTPServer.serve(.silence) { _, url, http in
            let error = await #expect(throws: HTTPError.self) {
                try await http.execute(HTTPRequest(url: url, timeout: .milliseconds(50)))
            }
            #expect(error?.transferCode == 28)
        }
    }

    @Test("A waiting request is made when a connection is free, and its timeout begins then")
    func waiting() async throws {
        let (requests, arrived) = AsyncStream.makeStream(of: Void.self)
        let http = HTTPClient(maximumConnections: 1)
        defer { http.shutDown() }
        let answer: LoopbackHTTPServer.Answer = { request in
            arrived.yield()
            return request.target == "/silence" ? .silence : .status(200)
        }
        try await LoopbackHTTPServer.serve(answer) { server, url, _ in
            let first = Task { try await http.execute(HTTPRequest(url: url + "/silence", timeout: nil)) }
            for await _ in requests { break }
            let (made, make) = AsyncStream.makeStream(of: Void.self)
            let second = Task {
                try await http.execute {
                    make.finish()
                    return HTTPRequest(url: url, timeout: .seconds(10))
                }
            }
            // A third request waits too and is cancelled. It must not take the free connection with it.
            let third = Task { try await http.execute(HTTPRequest(url: url, timeout: .milliseconds(1))) }
            third.cancel()
            await #expect(throws: HTTPError.cancelled) { try await third.value }
            #expect(server.requests.count == 1)
            first.cancel()
            for await _ in made {}
            let status = try await second.value.status
            #expect(status == 200)
        }
    }

    @Test("A body of the maximum size is accepted; one byte more is not")
    func responseTooLarge() async throws {
        let answer = HTTPResponse(status: 200, body: [UInt8](repeating: 7, count: 100_000))
        try await LoopbackHTTPServer.serve(.response(answer)) { _, url, http in
            let taken = try await http.execute(HTTPRequest(url: url, maximumResponseBytes: 100_000))
            #expect(taken.body == answer.body)
            await #expect(throws: HTTPError.responseTooLarge(maximum: 99_999)) {
                try await http.execute(HTTPRequest(url: url, maximumResponseBytes: 99_999))
            }
        }
    }

    @Test("The request of a cancelled task ends at once; other requests continue")
    func cancellation() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let answer: LoopbackHTTPServer.Answer = { request in
            guard request.target == "/silence" else { return .status(200) }
            arrived.yield()
            return .silence
        }
        try await LoopbackHTTPServer.serve(answer) { _, url, http in
            let task = Task { try await http.execute(HTTPRequest(url: url + "/silence", timeout: nil)) }
            for await _ in arrivals { break }
            task.cancel()
            await #expect(throws: HTTPError.cancelled) { try await task.value }
            let response = try await http.execute(HTTPRequest(url: url))
            #expect(response.status == 200)
        }
    }

    @Test("A task that was cancelled before its request sends nothing")
    func cancelledBefore() async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { server, url, http in
            for _ in 0..<500 {
                let task = Task {
                    withUnsafeCurrentTask { $0?.cancel() }
                    return try await http.execute(HTTPRequest(url: url))
                }
                await #expect(throws: HTTPError.cancelled) { try await task.value }
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test("Requests end when they are cancelled at any moment, and the client continues to work")
    func cancelledAtAnyMoment() async throws {
        try await LoopbackHTTPServer.serve(.status(200)) { _, url, http in
            let tasks = (0..<300).map { _ in Task { try await http.execute(HTTPRequest(url: url)).status } }
            for (index, task) in tasks.enumerated() where index % 3 != 0 { task.cancel() }
            for (index, task) in tasks.enumerated() {
                switch await task.result {
                case .success(let status): #expect(status == 200)
                case .failure(let error): #expect(index % 3 != 0 && error as? HTTPError == .cancelled)
                }
            }
        }
    }

    @Test("Shutting down fails requests under way and later ones")
    func shutDown() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: Void.self)
        let answer: LoopbackHTTPServer.Answer = { _ in
            arrived.yield()
            return .silence
        }
        try await LoopbackHTTPServer.serve(answer) { _, url, http in
            let task = Task { try await http.execute(HTTPRequest(url: url, timeout: nil)) }
            for await _ in arrivals { break }
            http.shutDown()
            await #expect(throws: HTTPError.shutDown) { try await task.value }
            await #expect(throws: HTTPError.shutDown) { try await http.execute(HTTPRequest(url: url)) }
        }
    }
}

extension HTTPError {
    /// libcurl's code: 7 could not connect, 28 timed out, 52 received nothing.
    fileprivate var transferCode: UInt32? {
        guard case .transferFailed(let code, _) = self else { return nil }
        return code
    }
}
