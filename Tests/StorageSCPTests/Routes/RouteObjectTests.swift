// SPDX-License-Identifier: Apache-2.0

import AWS
import DICOM
import DICOMNetwork
import HTTP
import LoopbackHTTP
import Synchronization
import TestLog
import Testing

@testable import StorageSCP

@Suite("Routes in an object", .timeLimit(.minutes(1)))
struct RouteObjectTests {
    /// The object as an S3 has it that can also refuse to show it.
    fileprivate final class Bucket: Sendable {
        enum Content: Sendable {
            case routes(String, eTag: String)
            case status(Int)
        }

        private let content: Mutex<Content>

        init(_ content: Content) {
            self.content = Mutex(content)
        }

        func put(_ content: Content) {
            self.content.withLock { $0 = content }
        }

        @Sendable func answer(_ request: LoopbackHTTPServer.Request) -> LoopbackHTTPServer.Reply {
            guard request.target == "/dicom/settings/routes.json" else { return .status(400) }
            switch content.withLock({ $0 }) {
            case .status(let status): return .status(status)
            case .routes(let text, let eTag):
                let headers: HTTP.HTTPHeaders = ["ETag": eTag, "Last-Modified": "Mon, 23 Nov 2026 23:51:52 GMT"]
                guard request.method == "GET" else { return .status(200, headers: headers) }
                return request.headers["If-Match"] == eTag ? .status(200, headers: headers, text) : .status(412)
            }
        }
    }

    enum Problem: String, CaseIterable, CustomTestStringConvertible {
        case gone, withoutRight, tooLarge, wrong

        fileprivate var content: Bucket.Content {
            switch self {
            case .gone: .status(404)
            case .withoutRight: .status(403)
            case .tooLarge:
                .routes("[\(String(repeating: " ", count: RouteLimits.maximumBytes))]", eTag: "\"large\"")
            case .wrong: .routes(#"[{"name": "two", "datastore": "x"}]"#, eTag: "\"wrong\"")
            }
        }

        var text: String {
            switch self {
            case .gone: "404"
            case .withoutRight: "403"
            case .tooLarge: "at most 1048576 bytes"
            case .wrong: #"route "two": datastore: "x""#
            }
        }

        var remedy: String {
            switch self {
            case .gone, .withoutRight: "write the routes there, and allow s3:GetObject on it"
            case .tooLarge: "write fewer or shorter routes"
            case .wrong: "correct the routes as the message says"
            }
        }

        var testDescription: String { rawValue }
    }

    private static func routes(to name: String) -> Bucket.Content {
        .routes(#"[{"name": "\#(name)", "discard": true}]"#, eTag: "\"\(name)\"")
    }

    private static let settings = ["ROUTES": "s3://dicom/settings/routes.json", "DICOM_BUCKET": "dicom"]
    private let log = RecordedLog(level: .info)

    private func reloading(_ url: String, _ http: HTTPClient) throws -> RouteReloading {
        try #require(
            try RouteReloading(
                try Configuration(environment: Self.settings).routes,
                s3: { S3Client(client: try .loopback(url, http: http)) }, logger: log.logger))
    }

    private func name(_ routing: Routing) throws -> String? {
        routing.routes(of: try Samples.association("a", peer: "10.0.0.1"))
            .route(sopClassUID: "1.2", header: InstanceHeader())?.name
    }

    @Test(
        "The routes at the start are those of the object; one that cannot be used is an error",
        arguments: Problem.allCases)
    func start(_ problem: Problem) async throws {
        let bucket = Bucket(Self.routes(to: "one"))
        try await LoopbackHTTPServer.serve(bucket.answer) { _, url, http in
            let reloading = try reloading(url, http)
            #expect(try await reloading.first()?.routes.map(\.name) == ["one"])
            bucket.put(problem.content)
            let error = await #expect(throws: (any Error).self) { try await reloading.first() }
            #expect(error.map { "\($0)" }?.contains(problem.text) == true, "\(String(describing: error))")
        }
    }

    @Test(
        "A replaced object takes effect; one that cannot be used leaves the old routes, and says so once",
        arguments: Problem.allCases)
    func reload(_ problem: Problem) async throws {
        let bucket = Bucket(Self.routes(to: "one"))
        try await LoopbackHTTPServer.serve(bucket.answer) { server, url, http in
            let reloading = try reloading(url, http)
            let table = try #require(try await reloading.first())
            let routing = Routing(table, associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)))
            let requests = server.requests.count
            await reloading.reloadIfChanged(routing)
            // An unchanged object is not read.
            #expect(server.requests.dropFirst(requests).map(\.method) == ["HEAD"] && log.lines.isEmpty)

            bucket.put(problem.content)
            for _ in 0..<3 { await reloading.reloadIfChanged(routing) }
            #expect(try name(routing) == "one")
            #expect(log.lines.count == 1)
            #expect(log.lines[0].contains("the previous ones stay in force"))
            #expect(log.lines[0].contains("s3://dicom/settings/routes.json"))
            #expect(log.lines[0].replacing(#"\""#, with: #"""#).contains(problem.text), "\(log.lines[0])")

            bucket.put(Self.routes(to: "three"))
            await reloading.reloadIfChanged(routing)
            #expect(try name(routing) == "three")
            #expect(log.lines.count == 2 && log.lines[1].contains("routes replaced"))
        }
    }

    @Test("An object that is replaced between the look and the reading is read at the next look")
    func replacedMeanwhile() async throws {
        let bucket = Bucket(Self.routes(to: "one"))
        let isReplacing = Mutex(false)
        try await LoopbackHTTPServer.serve { request in
            defer { if request.method == "HEAD", isReplacing.withLock({ $0 }) { bucket.put(Self.routes(to: "three")) } }
            return bucket.answer(request)
        } to: { _, url, http in
            let reloading = try reloading(url, http)
            let table = try #require(try await reloading.first())
            let routing = Routing(table, associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)))
            bucket.put(Self.routes(to: "two"))
            isReplacing.withLock { $0 = true }
            await reloading.reloadIfChanged(routing)
            #expect(try name(routing) == "one")
            await reloading.reloadIfChanged(routing)
            #expect(try name(routing) == "three")
        }
    }

    // MARK: --check

    private func check(_ url: String) async throws -> String {
        let environment = Self.settings.merging(AWSClient.accessKey) { $1 }
            .merging(["AWS_REGION": "eu-central-1", "AWS_ENDPOINT_URL": url]) { $1 }
        let results = await RouteCheck(
            configuration: try Configuration(environment: environment), environment: environment,
            settings: CheckedSettings(environment: environment)
        ).results()
        return results.map(\.description).joined(separator: "\n")
    }

    @Test("The check reads the object, and says what is wrong with it and what to do", arguments: Problem.allCases)
    func check(_ problem: Problem) async throws {
        let bucket = Bucket(Self.routes(to: "one"))
        try await LoopbackHTTPServer.serve(bucket.answer) { _, url, _ in
            let good = try await check(url)
            #expect(good.hasPrefix("ok ") && good.contains("1 routes, from s3://dicom/settings/routes.json"), "\(good)")
            bucket.put(problem.content)
            let found = try await check(url)
            #expect(
                found.hasPrefix("failed ") && found.contains(problem.text) && found.contains(problem.remedy), "\(found)"
            )
        }
    }
}
