// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import LoopbackHTTP
import SampleDocuments
import StructuredLog
import Synchronization
import TestLog
import Testing

@testable import ImportPipeline

@Suite struct StudyEventsTests {
    private let bus = RecordedBus()
    private let log = RecordedLog()
    private let lines = Lines()

    private final class Lines: Sendable {
        let written = Mutex<[String]>([])
    }

    private func send(isLastTry: Bool = false) async throws {
        let metrics = EmbeddedMetrics(
            namespace: "N", dimensions: [:],
            write: { [lines] line in lines.written.withLock { $0.append(String(decoding: line, as: UTF8.self)) } })
        let events = try #require(StudyEvents(bus: bus, metrics: metrics))
        try await events.send(
            StudyEvent(.studySettled, detail: ["id": "1"]), isLastTry: isLastTry, logger: log.logger)
    }

    private static func error(_ code: String, status: Int = 200) -> AWSServiceError {
        AWSServiceError(service: "events", operation: "PutEvents", statusCode: status, code: code, message: "m")
    }

    @Test("An event that was sent is neither logged nor counted")
    func sent() async throws {
        try await send()
        #expect(bus.events == [try StudyEvent(.studySettled, detail: ["id": "1"])])
        #expect(log.lines.isEmpty && lines.written.withLock { $0 }.isEmpty)
    }

    @Test("An event that is refused for good is logged and counted as lost, and is not an error")
    func refused() async throws {
        bus.fail(with: Self.error("AccessDeniedException"))
        try await send()
        #expect(log.lines.count == 1)
        #expect(log.lines.first?.contains("event not sent: its subscribers are not told") == true)
        #expect(log.lines.first?.contains("Study Settled") == true)
        #expect(lines.written.withLock { $0 }.first?.contains(#""StudyEventsLost":1"#) == true)
    }

    @Test(
        "An event that may be taken later is an error, and not lost; only after the last try is it lost",
        arguments: [error("ThrottlingException"), error("InternalFailure"), error("x", status: 503)])
    func transient(_ error: AWSServiceError) async throws {
        bus.fail(with: error)
        await #expect(throws: error) { try await send() }
        #expect(log.lines.isEmpty && lines.written.withLock { $0 }.isEmpty)
        try await send(isLastTry: true)
        #expect(log.lines.count == 1 && lines.written.withLock { $0 }.count == 1)
    }

    @Test("Without the name of a bus nobody is told; with one, the bus is told", arguments: [nil, "", "studies"])
    func name(_ name: String?) async throws {
        try await LoopbackHTTPServer.serve(.status(200, #"{"FailedEntryCount":0}"#)) { server, url, http in
            let bus = EventBridgeBus(name: name, client: try .loopback(url, http: http))
            #expect((bus == nil) == (name != "studies"))
            #expect((StudyEvents(bus: bus, metrics: nil) == nil) == (name != "studies"))
            try await bus?.send(StudyEvent(.deliveryImported, detail: ["id": "1"]))
            #expect(server.requests.count == (bus == nil ? 0 : 1))
            guard let request = server.requests.first else { return }
            let body = try JSONSerialization.jsonObject(with: Data(request.body)) as? NSDictionary
            let entry = [
                "EventBusName": "studies", "Source": "dicom-store-scp", "DetailType": "Delivery Imported",
                "Detail": #"{"id":"1"}"#,
            ]
            #expect(body == ["Entries": [entry]])
        }
    }
}
