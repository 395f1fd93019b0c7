// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite struct InboxIntakeTests {
    private var intake = SampleIntake()
    private var bucket: ModelBucket { intake.bucket }
    private static let key = "inbox/a/b.dcm"

    /// A PS3.10 file in Implicit VR Little Endian, with the elements that an import needs.
    private static let file = String(decoding: file(), as: UTF8.self)

    private static func file(
        class sopClass: String = "1.2.6", syntax: String? = "1.2.840.10008.1.2", study: String? = "1.2.3",
        series: [UInt8] = Array("1.2.4".utf8)
    ) -> [UInt8] {
        func element(_ group: UInt8, _ element: UInt8, _ value: some Collection<UInt8>) -> [UInt8] {
            [group, 0, element, 0]
                + (0..<4).map { UInt8(truncatingIfNeeded: (value.count + value.count % 2) >> ($0 * 8)) }
                + value + (value.count % 2 == 1 ? [0] : [])
        }
        func meta(_ element: UInt8, _ value: String) -> [UInt8] {
            let value = Array(value.utf8) + (value.utf8.count % 2 == 1 ? [0] : [])
            return [2, 0, element, 0] + Array("UI".utf8) + [UInt8(value.count), 0] + value
        }
        let group = meta(0x02, sopClass) + meta(0x03, "1.2.5") + (syntax.map { meta(0x10, $0) } ?? [])
        let length: [UInt8] = [2, 0, 0, 0] + Array("UL".utf8) + [4, 0, UInt8(group.count), 0, 0, 0]
        let dataSet =
            element(8, 0x16, sopClass.utf8) + element(8, 0x18, "1.2.5".utf8)
            + (study.map { element(0x20, 0x0D, $0.utf8) } ?? []) + element(0x20, 0x0E, series)
        return preamble + length + group + dataSet
    }

    private static let preamble = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8)

    private func id() async throws -> DeliveryID {
        InboxIntake.delivery(of: try #require(try await bucket.head(key: Self.key)))
    }

    private func instanceKey(_ id: DeliveryID) -> String {
        BucketLayout.instanceKey(id, study: "1.2.3", series: "1.2.4", instance: "1.2.5")
    }

    @Test("An object leaves the inbox after its execution was started")
    func taken() async throws {
        bucket[Self.key] = Self.file
        let id = try await id()
        #expect(try await intake.takeEvent(of: Self.key) == .started)
        #expect(intake.executions.started == [ImportID(id)])
        #expect(intake.executions.request(of: ImportID(id))?.manifestKey == nil)
        #expect(bucket.keys == [instanceKey(id)])
        // The event is delivered again.
        #expect(try await intake.takeEvent(of: Self.key) == .ignored)
    }

    @Test("With INBOX_TAKEN=move the object is moved to taken/")
    func moved() async throws {
        var intake = intake
        intake.inboxTaken = .move
        bucket[Self.key] = Self.file
        let id = try await id()
        #expect(try await intake.takeEvent(of: Self.key) == .started)
        #expect(Set(bucket.keys) == [instanceKey(id), "taken/\(id)/a/b.dcm"])
        #expect(bucket["taken/\(id)/a/b.dcm"] == Self.file)
    }

    @Test("An intake that is interrupted before the removal is completed by the next, with the same id")
    func ends() async throws {
        bucket[Self.key] = Self.file
        let id = try await id()
        bucket.fail(at: "remove inbox/")
        await #expect(throws: ModelBucket.Failure.self) { try await intake.takeEvent(of: Self.key) }
        #expect(bucket[Self.key] != nil)
        intake.executions.end()
        #expect(try await intake.takeEvent(of: Self.key) == .alreadyStarted)
        #expect(intake.executions.started == [ImportID(id)])
        #expect(bucket[Self.key] == nil)
    }

    @Test("An object that was replaced before the removal stays")
    func replaced() async throws {
        bucket[Self.key] = Self.file
        let object = try #require(try await bucket.head(key: Self.key))
        bucket[Self.key] = Self.file + "more"
        #expect(try await intake.inbox.take(object, logger: intake.log.logger) == nil)
        #expect(bucket[Self.key] != nil)
        #expect(intake.executions.started.isEmpty)
    }

    @Test("The sweep takes objects older than ten minutes, with the id that their events would give")
    func sweep() async throws {
        bucket[Self.key] = Self.file
        let id = try await id()
        bucket.now += 599
        #expect(await intake.sweep().started == 0)
        bucket.now += 2
        #expect(await intake.sweep().started == 1)
        #expect(intake.executions.started == [ImportID(id)])
        #expect(bucket.keys == [instanceKey(id)])
    }

    @Test(
        "An object whose size rules out an instance is rejected before it is read",
        arguments: [10_000_000_001, Int.max])
    func size(_ size: Int) async throws {
        let object = S3Client.ListedObject(key: Self.key, size: size, lastModified: bucket.now, eTag: "e")
        let result = try await intake.inbox.take(object, logger: intake.log.logger)
        #expect(result?.result == .rejected)
        #expect(bucket.calls.isEmpty)
    }

    @Test("A rejected object stays in the inbox, and no sweep reads it again")
    func rejected() async throws {
        bucket[Self.key] = "text"
        bucket.now += 601
        #expect(await intake.sweep().rejected == 1)
        #expect(bucket[Self.key] == "text")
        bucket.forgetCalls()
        #expect(await intake.sweep().rejected == 0)
        #expect(!bucket.calls.contains { $0.hasPrefix("read inbox/") })
        #expect(intake.table.rejected == [try await id()])
    }

    @Test(
        "Every object below inbox/ is taken, whatever its name is",
        arguments: [
            "inbox/a.DCM", "inbox/a", "inbox/a.txt", "inbox/\u{301}a.dcm", "inbox/folder/", "inbox//a",
            "inbox/a b+c%41",
        ])
    func names(_ key: String) async throws {
        bucket[key] = Self.file
        #expect(try await intake.takeEvent(of: key) == .started)
        bucket[key] = Self.file
        bucket.now += 601
        #expect(await intake.sweep().started == 1)
        bucket[key] = "text"
        #expect(try await intake.takeEvent(of: key) == .rejected)
    }

    @Test("The object of a folder is not an instance: it is counted, and stays")
    func folders() async throws {
        for key in ["inbox/", "inbox/folder/"] {
            bucket[key] = ""
            #expect(try await intake.takeEvent(of: key) == .ignored)
        }
        bucket.now += 601
        let outcome = await intake.sweep()
        #expect((outcome.folders, outcome.rejected, outcome.started) == (2, 0, 0))
        #expect(bucket.keys == ["inbox/", "inbox/folder/"])
        #expect(intake.log.lines.contains { $0.contains("a folder of the inbox") })
    }

    @Test("A sweep continues in the order of the bytes of keys, which is the order of S3")
    func order() async throws {
        // For Swift, the first two are the same key, which sorts after the third.
        let keys = ["inbox/e\u{301}", "inbox/\u{E9}", "inbox/f"]
        for key in keys { bucket[key] = Self.file }
        bucket.now += 601
        bucket[BucketLayout.sweepPosition] = #"{"inbox":"inbox/f"}"#
        #expect(await intake.sweep().started == 3)
    }

    @Test(
        "The rejection of an object that is not DICOM names its kind",
        arguments: [
            ([], "is empty"), ([0x1F, 0x8B, 8, 0], "a gzip file"), (Array("PK\u{3}\u{4}".utf8), "a zip archive"),
            ([0xFF, 0xD8, 0xFF, 0xE0], "a JPEG picture"), ([0x89] + Array("PNG".utf8), "a PNG picture"),
            (Array("%PDF-1.7".utf8), "a PDF document"), (Array("<!DOCTYPE html><p>".utf8), "an HTML page"),
            (Array("\u{FEFF}<?xml version='1.0'?>".utf8), "an XML document"),
            (Array(#" {"a":1}"#.utf8), "a JSON document"),
            (Array("a text\r\n".utf8), "a text"), ([UInt8](repeating: 0, count: 500), "a file of zeros"),
            (Array("DICM".utf8), "whose preamble, 128 bytes before"),
            (Array(preamble.dropFirst(128)) + file().dropFirst(132), "whose preamble, 128 bytes before"),
            (Array(file().dropFirst(132)), "file meta information without the preamble"),
            (
                [8, 0, 5, 0] + Array("CS".utf8) + [10, 0] + Array("ISO_IR 100".utf8),
                "a DICOM data set without the preamble"
            ),
            (
                [8, 0, 0x16, 0, 26, 0, 0, 0] + Array("1.2.840.10008.5.1.4.1.1.7\0".utf8),
                "a DICOM data set without the preamble"
            ),
            ([0, 8, 0, 5] + Array("CS".utf8) + [0, 10] + Array("ISO_IR 100".utf8), "in Big Endian"),
            ([1, 2, 3, 4, 5], "not known here"),
            (file(class: "1.2.840.10008.1.3.10"), "DICOMDIR"),
            (preamble + [2, 0, 2, 1] + Array("OB".utf8) + [0, 0, 0, 0, 0, 0x7F], "(0002,0102) says that it has"),
            (preamble, "TransferSyntaxUID (0002,0010)"), (file(syntax: nil), "TransferSyntaxUID (0002,0010)"),
            (file(study: nil), "StudyInstanceUID (0020,000D)"), (file(study: ""), "StudyInstanceUID (0020,000D)"),
            (Array(file().prefix(file().count - 3)), "inside its header"),
        ] as [([UInt8], String)])
    func foreign(_ bytes: [UInt8], _ expected: String) async throws {
        bucket.put(bytes, key: Self.key)
        #expect(try await intake.takeEvent(of: Self.key) == .rejected)
        let message = try #require(intake.table.messages.first)
        #expect(message.contains(expected))
        #expect(message.hasPrefix("Expected ") && message.hasSuffix("."))
    }

    @Test("The key and the request contain the SHA-256 of a malformed UID")
    func malformedUID() async throws {
        let series: [UInt8] = Array("series ".utf8) + [0xFF] + Array("1".utf8)
        bucket.put(Self.file(series: series), key: Self.key)
        let id = try await id()
        #expect(try await intake.takeEvent(of: Self.key) == .started)
        var request = try #require(intake.executions.request(of: ImportID(id)))
        let hash = "914a12592da802ce0ec52deaadacbd045b67c022498b6927501c22475c7ea1f9"
        #expect(request.seriesInstanceUID == hash)
        #expect(bucket.keys == ["\(BucketLayout.prefix(of: id))1.2.3/\(hash)/1.2.5.dcm"])
        request.inputS3Uri = "s3://bucket/\(BucketLayout.prefix(of: id))"
        #expect(try PipelineJSON.decode(ImportRequest.self, from: try PipelineJSON.encode(request)) == request)
    }

    @Test("No request and no log contains an overlong UID, which may be a patient's name")
    func longUID() async throws {
        bucket.put(Self.file(study: String(repeating: "Doe", count: 2_000)), key: Self.key)
        let id = try await id()
        #expect(try await intake.takeEvent(of: Self.key) == .started)
        let request = try #require(intake.executions.request(of: ImportID(id)))
        #expect(request.studyInstanceUID?.utf8.count == 64)
        #expect(request.studyInstanceUID?.contains("Doe") == false)
        #expect(!intake.log.lines.contains { $0.contains("Doe") })
    }

    @Test("An object with an unknown transfer syntax is not rejected")
    func unknownSyntax() async throws {
        bucket.put(Self.file(syntax: "1.2.3.4.5"), key: Self.key)
        #expect(try await intake.takeEvent(of: Self.key) == .started)
    }
}
