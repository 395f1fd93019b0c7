// SPDX-License-Identifier: Apache-2.0

import Foundation
import SampleDocuments
import Testing

@testable import ImportIntake
@testable import ImportPipeline

@Suite struct ManifestIntakeTests {
    private let intake = SampleIntake()
    private let id = SampleDeliveries.id(1)

    private func takeEvent(_ number: Int = 0) async throws -> IntakeResult.Result {
        try await intake.takeEvent(of: BucketLayout.manifestKey(of: ImportID(id, number: number)))
    }

    @Test(
        "The marker is removed after the execution was started; a further manifest leaves it, as the event of the first may be lost",
        arguments: [0, 1])
    func markerAfterStart(_ number: Int) async throws {
        intake.bucket.lay(id)
        intake.bucket.put(
            SampleDeliveries.manifest(id), key: BucketLayout.manifestKey(of: ImportID(id, number: number)))
        #expect(try await takeEvent(number) == .started)
        #expect(intake.executions.started == [ImportID(id, number: number)])
        #expect(intake.bucket.hasMarker(of: id) == (number > 0))
    }

    @Test("If the removal of a marker fails, the execution was started, and the repeated event removes the marker")
    func removalFails() async throws {
        intake.bucket.lay(id)
        intake.bucket.put(SampleDeliveries.manifest(id), key: BucketLayout.manifestKey(of: ImportID(id)))
        intake.bucket.fail(at: "remove open/")
        await #expect(throws: ModelBucket.Failure.self) { try await takeEvent() }
        #expect(intake.executions.started == [ImportID(id)])
        #expect(intake.bucket.hasMarker(of: id))
        intake.executions.end()
        #expect(try await takeEvent() == .alreadyStarted)
        #expect(!intake.bucket.hasMarker(of: id))
    }

    @Test("The marker of a rejected manifest is removed if the manifest tells the task")
    func rejected() async throws {
        let key = BucketLayout.manifestKey(of: ImportID(id))
        intake.bucket.lay(id)
        intake.bucket[key] = #"{"task":"\#(SampleDeliveries.task)"}"#
        #expect(try await takeEvent() == .rejected)
        #expect(!intake.bucket.hasMarker(of: id))

        intake.bucket.lay(id)
        intake.bucket[key] = "text"
        #expect(try await takeEvent() == .rejected)
        #expect(intake.bucket.hasMarker(of: id))
        #expect(intake.executions.started.isEmpty)

        // The manifest of another delivery must never remove the marker of that delivery.
        var other = SampleDeliveries.manifest(SampleDeliveries.id(2))
        other.version = 2
        intake.bucket.lay(SampleDeliveries.id(2))
        intake.bucket.put(other, key: key)
        #expect(try await takeEvent() == .rejected)
        #expect(intake.bucket.hasMarker(of: SampleDeliveries.id(2)))
    }

    @Test("The execution gets the data store that the manifest names; a delivery for another one is rejected")
    func datastores() async throws {
        var intake = intake
        let stores = ["a", "b", "c"].map { String(repeating: $0, count: 32) }
        intake.datastores = PermittedDatastores(standard: stores[0], further: " \(stores[1]),,")
        for (number, store) in [nil, stores[0], stores[1]].enumerated() {
            let id = SampleDeliveries.id(number + 1)
            let key = BucketLayout.manifestKey(of: ImportID(id))
            intake.bucket.put(SampleDeliveries.manifest(id, datastore: store), key: key)
            #expect(try await intake.takeEvent(of: key) == .started)
            #expect(intake.executions.request(of: ImportID(id))?.datastoreId == store)
        }
        let id = SampleDeliveries.id(4)
        let key = BucketLayout.manifestKey(of: ImportID(id))
        intake.bucket.lay(id)
        intake.bucket.put(SampleDeliveries.manifest(id, datastore: stores[2]), key: key)
        #expect(try await intake.takeEvent(of: key) == .rejected)
        #expect(!intake.bucket.hasMarker(of: id) && !intake.executions.started.contains(ImportID(id)))
        #expect(intake.table.messages.first?.contains("for data store \(stores[2]), expected one that") == true)
    }

    @Test("An event whose manifest does not exist fails, so that it ends in the dead-letter queue")
    func missing() async throws {
        await #expect(throws: ManifestMissing(importId: ImportID(id))) { try await takeEvent() }
    }
}
