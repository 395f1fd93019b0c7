// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import ImportPipeline
@testable import ImportIntake

@Suite struct TriggerImportEventTests {
    private static let events = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "events")

    private func event(_ name: String) throws -> TriggerImportEvent {
        let data = try Data(contentsOf: Self.events.appending(path: "\(name).json"))
        return try JSONDecoder().decode(TriggerImportEvent.self, from: data)
    }

    private func objects(_ name: String) throws -> [CreatedObject] {
        switch try event(name) {
        case .objects(let objects): objects
        case .messages(let messages): try messages.flatMap { try $0.objects() }
        case .schedule: []
        }
    }

    @Test(
        "The same object is found in every form of the event",
        arguments: ["s3-put-inbox", "s3-multipart-inbox", "eventbridge-object-created"])
    func inbox(name: String) throws {
        let object = try #require(try objects(name).first)
        #expect(object.bucket == "dicom-store-scp-dicom-123456789012-us-east-1")
        #expect(object.key == "inbox/from a scanner/CT+small.dcm")
        #expect(object.eTag == "ccf71ca6735bc1c52fbe33e29eb42886")
    }

    @Test("The event of a manifest is read directly, from the queue, from a topic, and from a topic's queue")
    func manifest() throws {
        let direct = try objects("s3-put")
        #expect(direct.map(\.key) == ["deliveries/20261123T235152-0123456789abcdef01234567.json"])
        for name in ["sqs-s3-put", "sns-s3-put", "sqs-sns-s3-put"] { #expect(try objects(name) == direct, "\(name)") }
    }

    @Test("S3's test event names no object")
    func testEvent() throws {
        #expect(try objects("s3-test-event").isEmpty)
    }

    @Test("Only created objects count")
    func removed() throws {
        var text = try String(contentsOf: Self.events.appending(path: "s3-put.json"), encoding: .utf8)
        text = text.split(separator: "ObjectCreated:Put", omittingEmptySubsequences: false)
            .joined(separator: "ObjectRemoved:Delete")
        guard case .objects(let objects) = try JSONDecoder().decode(TriggerImportEvent.self, from: Data(text.utf8))
        else {
            Issue.record("expected objects")
            return
        }
        #expect(objects.isEmpty)
    }

    @Test("An event of a schedule is recognized, whether a rule or EventBridge Scheduler sends it")
    func schedule() throws {
        #expect(try event("schedule") == .schedule)
        #expect(
            try Self.decode(#"{"source":"aws.scheduler","detail-type":"Scheduled Event","detail":"{}"}"#) == .schedule)
    }

    private static let created =
        #"{"eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"dicom"},"object":{"key":"inbox/a"}}}"#

    private static func decode(_ text: String) throws -> TriggerImportEvent {
        try PipelineJSON.decode(TriggerImportEvent.self, from: Array(text.utf8))
    }

    /// A text as a JSON string.
    private static func quoted(_ text: String) throws -> String {
        String(decoding: try JSONEncoder().encode(text), as: UTF8.self)
    }

    @Test("An object needs only a bucket and a key, and an empty ETag counts as missing")
    func sparse() throws {
        let empty = Self.created.replacingOccurrences(of: #""key":"#, with: #""eTag":"","key":"#)
        #expect(try Self.decode(#"{"Records":[\#(empty)]}"#) == .objects([.init(bucket: "dicom", key: "inbox/a")]))
        #expect(CreatedObject(bucket: "dicom", key: "inbox/a", eTag: "").quotedETag == nil)
        #expect(
            try Self.decode(#"{"Records":[\#(Self.created)]}"#) == .objects([.init(bucket: "dicom", key: "inbox/a")]))
        let bridged =
            #"{"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"dicom"},"object":{"key":"a b"}}}"#
        #expect(try Self.decode(bridged) == .objects([.init(bucket: "dicom", key: "a b")]))
    }

    @Test(
        "An event that is not a creation is skipped, whatever it lacks, and a creation beside it counts",
        arguments: [
            #"{"eventName":"ObjectRemoved:Delete"}"#, #"{"eventName":"ObjectRestore:Post","s3":{}}"#,
            #"{"eventName":"LifecycleExpiration:Delete","s3":{"object":{"key":"%"}}}"#,
            #"{"eventSource":"aws:s3","eventName":"ObjectTagging:Put","s3":null}"#,
        ])
    func skipped(_ record: String) throws {
        let event = #"{"Records":[\#(record),\#(Self.created)]}"#
        let expected = [CreatedObject(bucket: "dicom", key: "inbox/a")]
        #expect(try Self.decode(event) == .objects(expected))
        #expect(try QueueMessage(messageId: "1", body: event).objects() == expected)
        #expect(try Self.decode(#"{"source":"aws.s3","detail-type":"Object Deleted"}"#) == .objects([]))
    }

    @Test("The envelope of a topic is opened, for a function and in a message of a queue")
    func topic() throws {
        let event = #"{"Records":[\#(Self.created)]}"#
        let expected = [CreatedObject(bucket: "dicom", key: "inbox/a")]
        let message = try Self.quoted(event)
        let direct =
            #"{"Records":[{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{"Type":"Notification","Message":\#(message)}}]}"#
        #expect(try Self.decode(direct) == .objects(expected))
        let enveloped = #"{"Type":"Notification","TopicArn":"arn","Message":\#(message)}"#
        #expect(try QueueMessage(messageId: "1", body: enveloped).objects() == expected)
        #expect(try QueueMessage(messageId: "1", body: event).objects() == expected)
        let test = #"{"Type":"Notification","Message":\#(try Self.quoted(#"{"Event":"s3:TestEvent"}"#))}"#
        #expect(try QueueMessage(messageId: "1", body: test).objects() == [])
        let twice = #"{"Type":"Notification","Message":\#(try Self.quoted(enveloped))}"#
        #expect(throws: DocumentError.self) { try QueueMessage(messageId: "1", body: twice).objects() }
    }

    @Test(
        "The error for an event of another service names the service",
        arguments: [
            (#"{"source":"aws.ec2","detail-type":"x"}"#, "source: expected an event from S3", "but it is from aws.ec2"),
            (
                #"{"Records":[{"eventSource":"aws:dynamodb","eventName":"INSERT"}]}"#,
                "eventSource: expected an event from S3",
                "but it is from aws:dynamodb"
            ),
            (#"{"source":"Doe^Jane 1970"}"#, "source: expected an event from S3", "or from a schedule"),
        ])
    func otherService(_ event: String, _ place: String, _ service: String) throws {
        let error = #expect(throws: DocumentError.self) { try Self.decode(event) }
        let text = error?.description ?? ""
        #expect(text.contains(place) && text.hasSuffix(service), "\(text)")
    }

    @Test("A message that is not an event is an error of its own", arguments: ["", "text", "{}", #"{"Records":[{}]}"#])
    func poison(body: String) {
        #expect(throws: DocumentError.self) { try QueueMessage(messageId: "1", body: body).objects() }
    }

    @Test(
        "What SQS tells of a message's deliveries is read; an event that was written by hand need not have it",
        arguments: [
            (
                #","attributes":{"ApproximateReceiveCount":"3","ApproximateFirstReceiveTimestamp":"1795456800500"}"#, 3,
                1_795_456_800.5
            ),
            (#","attributes":{"SenderId":"s"}"#, 1, nil), ("", 1, nil),
        ] as [(String, Int, Double?)])
    func deliveries(_ attributes: String, _ count: Int, _ first: Double?) throws {
        let message = try PipelineJSON.decode(
            QueueMessage.self, from: Array(#"{"messageId":"1","body":"b"\#(attributes)}"#.utf8))
        #expect(message.receiveCount == count && message.firstReceivedAt?.timeIntervalSince1970 == first)
    }

    @Test("A queue gets the ids of the failed messages, any other caller gets what was done")
    func answers() throws {
        let messages = try JSONEncoder().encode(TriggerImportOutput.messages(failed: ["a"]))
        #expect(String(decoding: messages, as: UTF8.self) == #"{"batchItemFailures":[{"itemIdentifier":"a"}]}"#)
        let none = try JSONEncoder().encode(TriggerImportOutput.messages(failed: []))
        #expect(String(decoding: none, as: UTF8.self) == #"{"batchItemFailures":[]}"#)
        let sweep = try JSONEncoder().encode(TriggerImportOutput.sweep(.init()))
        #expect(String(decoding: sweep, as: UTF8.self).hasPrefix(#"{"deliveries":{"#))
        let objects = try JSONEncoder().encode(TriggerImportOutput.objects([.init(.ignored)]))
        #expect(String(decoding: objects, as: UTF8.self) == #"{"imports":[{"result":"IGNORED"}]}"#)
    }
}
