// SPDX-License-Identifier: Apache-2.0

import AWS
import AWSManagement
import Foundation
import HTTP
import LoopbackHTTP
import Testing

@testable import Inspection

/// What the services of a stack answer, for what the command reads of it.
struct FakeStack: Sendable {
    /// The keys of the bucket, and when each object was written.
    var objects: [String: String] = [:]
    /// Bodies of objects; those without one cannot be read now.
    var bodies: [String: String] = [:]
    /// The items of the job table, as DynamoDB writes them.
    var items: [[String: String]] = []
    /// Rows of the instance index by their instances.
    var rows: [String: [String: String]] = [:]
    /// The executions by their names, with their statuses.
    var executions: [String: String] = [:]

    static let datastore = "arn:aws:states:r:a:stateMachine:m"

    func inspected(_ body: (StackInspector) async throws -> Void) async throws {
        try await LoopbackHTTPServer.serve(answer(_:)) { _, url, http in
            let outputs = ["InstanceTableName": "instances", "OutputBucketName": "output"]
            let stack = try PipelineStack(name: "s", ReadingTests.stack(and: outputs))
            try await body(
                StackInspector(stack: stack, client: try .loopback(url, http: http), now: { SampleSnapshot.now }))
        }
    }

    @Sendable private func answer(_ request: LoopbackHTTPServer.Request) -> LoopbackHTTPServer.Reply {
        switch request.headers["X-Amz-Target"]?.split(separator: ".").last {
        case "ListExecutions": .status(200, #"{"executions":[\#(listed(request).joined(separator: ","))]}"#)
        case "DescribeExecution": described(request)
        case "Scan": found(items)
        case "Query": found(queried(request))
        case "GetQueueAttributes": .status(200, "{}")
        default: object(request)
        }
    }

    private func listed(_ request: LoopbackHTTPServer.Request) -> [String] {
        executions.filter { Self.text(request).contains("statusFilter") == false || $0.value == "RUNNING" }
            .map(Self.execution)
    }

    private func described(_ request: LoopbackHTTPServer.Request) -> LoopbackHTTPServer.Reply {
        for execution in executions where Self.text(request).contains(":\(execution.key)\"") {
            return .status(200, Self.execution(execution))
        }
        return .status(400, #"{"__type":"ExecutionDoesNotExist"}"#)
    }

    private static func execution(_ execution: (key: String, value: String)) -> String {
        // A redrive's execution begins later.
        let start = SampleSnapshot.opened.timeIntervalSince1970 + Double(execution.key.utf8.count)
        return #"{"name":"\#(execution.key)","status":"\#(execution.value)","startDate":\#(start)}"#
    }

    private func queried(_ request: LoopbackHTTPServer.Request) -> [[String: String]] {
        let text = Self.text(request)
        guard text.contains(#""IndexName":"studies""#) else {
            return rows.filter { text.contains("\"\($0.key)\"") }.map(\.value)
        }
        return rows.keys.map { ["sopInstanceUID": $0, "datastoreId": Self.datastore] }
    }

    private func found(_ items: [[String: String]]) -> LoopbackHTTPServer.Reply {
        let written = items.map { item in item.mapValues { ["S": $0] } }
        let json = (try? JSONEncoder().encode(["Items": written])) ?? Data()
        return .status(200, String(decoding: json, as: UTF8.self))
    }

    private func object(_ request: LoopbackHTTPServer.Request) -> LoopbackHTTPServer.Reply {
        let query = URLComponents(string: request.target)?.queryItems ?? []
        func value(_ name: String) -> String { query.first { $0.name == name }?.value ?? "" }
        guard request.target.contains("list-type=2") else {
            let body = bodies.first { request.target.contains($0.key) }
            return body.map { .status(200, $0.value) } ?? .status(404)
        }
        let keys = objects.filter { $0.key.hasPrefix(value("prefix")) && $0.key > value("start-after") }
        let contents = keys.sorted { $0.key < $1.key }.map { key, time in
            "<Contents><Key>\(key)</Key><Size>1</Size><LastModified>\(time)</LastModified><ETag>\"e\"</ETag></Contents>"
        }
        return .status(200, "<ListBucketResult>\(contents.joined())<IsTruncated>false</IsTruncated></ListBucketResult>")
    }

    private static func text(_ request: LoopbackHTTPServer.Request) -> String {
        String(decoding: request.body, as: UTF8.self)
    }
}
