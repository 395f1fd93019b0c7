// SPDX-License-Identifier: Apache-2.0

import Eventually
import ImportPipeline
import TestLog
import Testing

@testable import StorageSCP

/// Deliveries that end and of which no instance was stored.
@Suite("Empty deliveries", .timeLimit(.minutes(1)))
struct EmptyDeliveryTests {
    private let store = MemoryStore()
    private let clock = ManualClock()
    private let log = RecordedLog(level: .info)
    private let counts = ReceiverCounts()
    private let deliveries: Deliveries

    init() {
        deliveries = Deliveries(
            store: store,
            limits: DeliveryLimits(
                quietSeconds: 30, maximumInstances: 10, maximumBytes: 1_000_000, maximumAgeSeconds: 3600),
            capacity: DeliveryCapacity(maximumOpenings: 1),
            lease: HeldLease(store: store, seconds: 60, logger: log.logger),
            associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)), counts: counts, clock: clock,
            logger: log.logger)
    }

    private func begin(study: String = "1.2") throws -> Deliveries.Membership {
        try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: "1"), study: study, studyDate: nil, association: "a",
            origin: Samples.origin)
    }

    private func expectEnded(_ delivery: DeliveryID, reason: String) {
        let lines = log.lines.filter {
            $0.contains("delivery ended: no instance was stored") && $0.contains("\(delivery)")
        }
        #expect(lines.count == 1)
        #expect(lines.first?.contains(#""reason":"\#(reason)""#) == true)
        #expect(!log.lines.contains { $0.contains("delivery closed") })
        #expect(counts.take().metrics.contains(.init("DeliveriesClosed", 0)))
        #expect(!store.objects.keys.contains { $0.hasPrefix(BucketLayout.manifests) })
    }

    @Test("A delivery whose only instance failed is not logged as closed")
    func failed() async throws {
        let membership = try begin()
        try await membership.marker.written()
        deliveries.instanceFailed(in: membership.delivery)
        await deliveries.shutDown()
        expectEnded(membership.delivery, reason: "shutdown")
    }

    @Test("A delivery whose open marker could not be written says so")
    func markerRefused() async throws {
        store.refuse(prefix: BucketLayout.openMarkers)
        let membership = try begin()
        await #expect(throws: MemoryStore.Refused.self) { try await membership.marker.written() }
        deliveries.instanceFailed(in: membership.delivery)
        await deliveries.shutDown()
        expectEnded(membership.delivery, reason: "markerNotWritten")
    }

    @Test("A delivery that waited too long to be opened says so")
    func notOpenedInTime() async throws {
        store.hold(prefix: BucketLayout.openMarkers)
        let first = try begin()
        let last = try begin(study: "1.3")
        let late = try begin(study: "1.4")
        await eventually("the store holds a request") { !store.heldKeys.isEmpty }
        clock.advance(by: .seconds(61))
        store.release()
        try await first.marker.written()
        await #expect(throws: Deliveries.OpeningTimeout.self) { try await late.marker.written() }
        deliveries.instanceFailed(in: late.delivery)
        expectEnded(late.delivery, reason: "notOpenedInTime")
        await eventually("the store holds a request") { !store.heldKeys.isEmpty }
        store.release()
        try await last.marker.written()
    }
}
