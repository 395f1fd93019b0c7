import FoundationEssentials
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
        "The same object is found in every wrapping",
        arguments: ["s3-put-inbox", "s3-multipart-inbox", "eventbridge-object-created"])
    func inbox(name: String) throws {
        let object = try #require(try objects(name).first)
        #expect(object.bucket == "dicom-store-scp-dicom-123456789012-us-east-1")
        #expect(object.key == "inbox/from a scanner/CT+small.dcm")
        #expect(object.size == 39206)
        #expect(object.eTag == "ccf71ca6735bc1c52fbe33e29eb42886")
        #expect(object.sequencer?.hasPrefix("0055AED6DCD90281E") == true)
    }

    @Test("A manifest comes directly and through the queue")
    func manifest() throws {
        let direct = try objects("s3-put")
        #expect(direct.map(\.key) == ["deliveries/20261123T235152-0123456789abcdef01234567.json"])
        #expect(try objects("sqs-s3-put") == direct)
    }

    @Test("S3's test event is of no object")
    func testEvent() throws {
        #expect(try objects("s3-test-event").isEmpty)
    }

    @Test("Only what was created counts")
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

    @Test("A schedule is told from S3's events")
    func schedule() throws {
        guard case .schedule = try event("schedule") else {
            Issue.record("expected a schedule")
            return
        }
    }

    @Test("A message that is no event is an error of its own", arguments: ["", "text", "{}", #"{"Records":[{}]}"#])
    func poison(body: String) {
        #expect(throws: DocumentError.self) { try QueueMessage(messageId: "1", body: body).objects() }
    }

    @Test("A queue is answered with the ids of what failed, anyone else with what was done")
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
