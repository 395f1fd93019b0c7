// SPDX-License-Identifier: Apache-2.0

import Digests
import Eventually
import ImportPipeline
import Logging
import Testing

@testable import StorageSCP

@Suite("Short quiet time", .timeLimit(.minutes(1)))
struct ShortQuietTests {
    private let store = MemoryStore()
    private let clock = ManualClock()
    private let associations = OpenAssociations(limits: OpenAssociations.Limits(total: 1))
    private let deliveries: Deliveries

    init() {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let limits = DeliveryLimits(
            quietSeconds: 30, shortQuietSeconds: 3, maximumInstances: 5, maximumBytes: 1_000_000,
            maximumAgeSeconds: 3600)
        deliveries = Deliveries(
            store: store, limits: limits,
            lease: HeldLease(store: store, seconds: 60, clock: ManualClock(), logger: logger),
            associations: associations, clock: clock, logger: logger)
    }

    /// Sends one instance over one association.
    private func send(_ study: String, isReleased: Bool = true) async throws -> DeliveryID {
        #expect(associations.admit(try Samples.association(study), atMostOfTitle: nil) == nil)
        let membership = try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: "1"), study: study, studyDate: nil, association: study,
            origin: Delivery.Origin(callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1"))
        try await membership.marker.written()
        #expect(
            deliveries.instanceStored(
                StoredInstance(size: 1, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1"), in: membership))
        associations.ended(study)
        deliveries.associationEnded(study, isReleased: isReleased)
        await clock.sleepers(2)  // the age and the quiet time
        return membership.delivery
    }

    private func isClosed(_ delivery: DeliveryID) -> Bool {
        store.objects[BucketLayout.manifestKey(of: ImportID(delivery))] != nil
    }

    private func closes(_ delivery: DeliveryID, after seconds: Int) async {
        clock.advance(by: .seconds(seconds - 1))
        #expect(!isClosed(delivery))
        clock.advance(by: .seconds(2))
        await eventually("the delivery is closed") { deliveries.count == 0 }
        #expect(isClosed(delivery))
    }

    @Test(
        "After ten studies with released associations, the next one closes after the short quiet time if released"
    )
    func known() async throws {
        for study in 0..<10 { await closes(try await send("1.\(study)"), after: 30) }
        await closes(try await send("1.10"), after: 3)
        await closes(try await send("1.11"), after: 3)
        // The association was aborted: the sender may send the study again.
        await closes(try await send("1.12", isReleased: false), after: 30)
    }

    @Test("When a study arrives again after the short quiet time, the full quiet time applies again")
    func split() async throws {
        for study in 0..<10 { await closes(try await send("1.\(study)"), after: 30) }
        await closes(try await send("1.10"), after: 3)
        await closes(try await send("1.10"), after: 30)
    }
}
