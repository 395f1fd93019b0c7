// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import SampleDocuments
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite("Events of rejected objects")
struct RejectionEventTests {
    private static let key = "inbox/Doe^John.txt"

    private let bus = RecordedBus()
    private let intake: SampleIntake

    init() {
        var intake = SampleIntake()
        intake.events = StudyEvents(bus: bus, metrics: nil)
        intake.bucket[Self.key] = "no DICOM"
        self.intake = intake
    }

    private static func error(_ code: String) -> AWSServiceError {
        AWSServiceError(service: "events", operation: "PutEvents", statusCode: 200, code: code, message: "m")
    }

    private func details() throws -> [[String: Any]] {
        try bus.events.map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.detail.utf8)) as? [String: Any])
        }
    }

    @Test("A rejected object of the inbox is told with its reason, and without its name")
    func inbox() async throws {
        #expect(try await intake.takeEvent(of: Self.key) == .rejected)
        #expect(bus.events.map(\.detailType) == [.deliveryRejected])
        let delivery = try #require(intake.table.rejected.first)
        let detail = try #require(details().first)
        #expect(detail["id"] as? String == "\(delivery)/0/REJECTED")
        #expect(detail["message"] as? String == intake.table.messages.first)
        #expect(detail["importId"] == nil && detail["jobId"] == nil)
        #expect(bus.events.first?.detail.contains("Doe") == false)
    }

    @Test("A rejected manifest that can be read is told with its data store, its route and the titles")
    func manifest() async throws {
        let id = SampleDeliveries.id(1)
        let key = BucketLayout.manifestKey(of: ImportID(id))
        let store = String(repeating: "a", count: 32)
        intake.bucket.put(SampleDeliveries.manifest(id, datastore: store), key: key)
        #expect(try await intake.takeEvent(of: key) == .rejected)
        let detail = try #require(details().first)
        #expect(detail["datastoreId"] as? String == store)
        #expect(detail["route"] as? String == "research")
        #expect(detail["callingAETitle"] as? String == "CT1" && detail["calledAETitle"] as? String == "STORESCP")
    }

    @Test("If the bus fails for a while, no item is written, so that the event is repeated; later both are there")
    func transient() async throws {
        bus.fail(with: Self.error("InternalFailure"))
        await #expect(throws: RejectionUntold.self) { try await intake.takeEvent(of: Self.key) }
        #expect(intake.table.rejected.isEmpty)
        bus.fail(with: nil)
        #expect(try await intake.takeEvent(of: Self.key) == .rejected)
        #expect(bus.events.count == 1 && intake.table.rejected.count == 1)
    }

    @Test("What a gone task stored is imported, even if nobody can be told that its manifest is rejected")
    func recovery() async throws {
        let id = SampleDeliveries.id(1)
        intake.bucket[Self.key] = nil
        intake.bucket.lay(id)
        intake.bucket[BucketLayout.manifestKey(of: ImportID(id))] = "{}"
        bus.fail(with: Self.error("InternalFailure"))
        #expect(await intake.sweep().failed == 1)
        #expect(intake.executions.started == [ImportID(id, number: 1)])
        #expect(intake.bucket.hasMarker(of: id))
        bus.fail(with: nil)
        _ = await intake.sweep()
        #expect(!intake.bucket.hasMarker(of: id))
        #expect(!bus.events.isEmpty)
    }

    @Test("If the bus refuses the event for good, the object is rejected all the same")
    func permanent() async throws {
        bus.fail(with: Self.error("AccessDeniedException"))
        #expect(try await intake.takeEvent(of: Self.key) == .rejected)
        #expect(bus.events.isEmpty && intake.table.rejected.count == 1)
        let delivery = try #require(intake.table.rejected.first)
        #expect(intake.log.lines.contains { $0.contains("event not sent") && $0.contains("\(delivery)") })
    }
}
