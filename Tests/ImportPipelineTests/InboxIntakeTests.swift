import AWS
import Foundation
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite struct InboxIntakeTests {
    private var intake = SampleIntake()
    private var bucket: ModelBucket { intake.bucket }
    private static let key = "inbox/a/b.dcm"

    /// A file of PS3.10 in Implicit VR Little Endian, with as much as an import needs.
    private static let file: String = {
        func element(_ group: UInt8, _ element: UInt8, _ value: String) -> [UInt8] {
            let value = Array(value.utf8) + (value.utf8.count % 2 == 1 ? [0] : [])
            return [group, 0, element, 0, UInt8(value.count), 0, 0, 0] + value
        }
        func meta(_ element: UInt8, _ value: String) -> [UInt8] {
            let value = Array(value.utf8) + (value.utf8.count % 2 == 1 ? [0] : [])
            return [2, 0, element, 0] + Array("UI".utf8) + [UInt8(value.count), 0] + value
        }
        let group = meta(0x02, "1.2.6") + meta(0x03, "1.2.5") + meta(0x10, "1.2.840.10008.1.2")
        let length: [UInt8] = [2, 0, 0, 0] + Array("UL".utf8) + [4, 0, UInt8(group.count), 0, 0, 0]
        let dataSet =
            element(8, 0x16, "1.2.6") + element(8, 0x18, "1.2.5") + element(0x20, 0x0D, "1.2.3")
            + element(0x20, 0x0E, "1.2.4")
        let bytes = [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + length + group + dataSet
        return String(decoding: bytes, as: UTF8.self)
    }()

    private func id() async throws -> DeliveryID {
        InboxIntake.delivery(of: try #require(try await bucket.head(key: Self.key)))
    }

    private func instanceKey(_ id: DeliveryID) -> String {
        BucketLayout.instanceKey(id, study: "1.2.3", series: "1.2.4", instance: "1.2.5")
    }

    @Test("What has been taken leaves the inbox after its execution was started")
    func taken() async throws {
        bucket[Self.key] = Self.file
        let id = try await id()
        #expect(try await intake.takeEvent(of: Self.key) == .started)
        #expect(intake.executions.started == [ImportID(id)])
        #expect(intake.executions.request(of: ImportID(id))?.manifestKey == nil)
        #expect(bucket.keys == [instanceKey(id)])
        // The event comes again.
        #expect(try await intake.takeEvent(of: Self.key) == .ignored)
    }

    @Test("By setting it is moved to taken/")
    func moved() async throws {
        var intake = intake
        intake.inboxTaken = .move
        bucket[Self.key] = Self.file
        let id = try await id()
        #expect(try await intake.takeEvent(of: Self.key) == .started)
        #expect(Set(bucket.keys) == [instanceKey(id), "taken/\(id)/a/b.dcm"])
        #expect(bucket["taken/\(id)/a/b.dcm"] == Self.file)
    }

    @Test("An intake that ends before the removal is completed by the next, under the same id")
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

    @Test("The sweep takes what is older than ten minutes, under the id that the event would give")
    func sweep() async throws {
        bucket[Self.key] = Self.file
        bucket["inbox/other.txt"] = "text"
        let id = try await id()
        bucket.now += 599
        #expect(await intake.sweep().started == 0)
        bucket.now += 2
        #expect(await intake.sweep().started == 1)
        #expect(intake.executions.started == [ImportID(id)])
        #expect(Set(bucket.keys) == [instanceKey(id), "inbox/other.txt"])
    }

    @Test("An object that cannot be an instance by its size is rejected unread", arguments: [10_000_000_001, Int.max])
    func size(_ size: Int) async throws {
        let object = S3Client.ListedObject(key: Self.key, size: size, lastModified: bucket.now, eTag: "e")
        let result = try await intake.inbox.take(object, logger: intake.log.logger)
        #expect(result?.result == .rejected)
        #expect(bucket.calls.isEmpty)
    }

    @Test("What is rejected stays in the inbox, and no sweep reads it again")
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
}
