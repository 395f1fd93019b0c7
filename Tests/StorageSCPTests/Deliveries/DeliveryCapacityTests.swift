// SPDX-License-Identifier: Apache-2.0

import Digests
import Eventually
import FoundationEssentials
import ImportPipeline
import Logging
import Testing

@testable import StorageSCP

@Suite("Delivery capacity", .timeLimit(.minutes(1)))
struct DeliveryCapacityTests {
    private let store = MemoryStore()
    private let clock = ManualClock()
    private let task = TaskID()

    private func deliveries(_ capacity: DeliveryCapacity) -> Deliveries {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        return Deliveries(
            store: store,
            limits: DeliveryLimits(
                quietSeconds: 30, maximumInstances: 100, maximumBytes: 1_000_000, maximumAgeSeconds: 3600),
            capacity: capacity, lease: HeldLease(task: task, store: store, seconds: 60, logger: logger),
            associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)), clock: clock, logger: logger)
    }

    private func begin(
        _ study: String, of title: String = "CT1", in deliveries: Deliveries
    ) throws -> Deliveries.Membership {
        try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: "1"), study: study, studyDate: nil, association: "a",
            origin: Delivery.Origin(callingAETitle: title, calledAETitle: "STORESCP", peer: "127.0.0.1"))
    }

    private func storeInstance(in membership: Deliveries.Membership, of deliveries: Deliveries) async throws {
        try await membership.marker.written()
        let isAcknowledged = deliveries.instanceStored(
            StoredInstance(size: 1, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1"), in: membership)
        #expect(isAcknowledged)
    }

    private func markers(_ count: Int) async -> [String] {
        await eventually("the store holds \(count) requests") { store.heldKeys.count >= count }
        return store.heldKeys
    }

    private func closed(_ id: DeliveryID) async {
        await eventually("the manifest is written") {
            store.objects[BucketLayout.manifestKey(of: ImportID(id))] != nil
        }
    }

    private func marker(_ membership: Deliveries.Membership) -> String {
        BucketLayout.openMarkerKey(of: membership.delivery, task: task)
    }

    @Test(
        "Markers are written one after another, and a title's first study does not wait for all of another title"
    )
    func paced() async throws {
        store.hold(prefix: BucketLayout.openMarkers)
        let deliveries = deliveries(DeliveryCapacity(maximumOpenings: 1))
        let many = try (0..<5).map { try begin("1.\($0)", in: deliveries) }
        let other = try begin("2", of: "US7", in: deliveries)
        #expect(deliveries.waitingCount == 5)
        #expect(await markers(1) == [marker(many[0])])
        store.release()
        try await many[0].marker.written()
        _ = await markers(1)
        store.release()
        #expect(await markers(1) == [marker(other)] || many[1].marker.isWritten)
        await eventually("the other title's marker is written") {
            if other.marker.isWritten { return true }
            if !store.heldKeys.isEmpty { store.release() }
            return false
        }
        #expect(!many[3].marker.isWritten)
        #expect(deliveries.waitingCount >= 2)
    }

    @Test("Without a limit on openings, all markers are written at once")
    func unpaced() async throws {
        store.hold(prefix: BucketLayout.openMarkers)
        let deliveries = deliveries(DeliveryCapacity(maximumOpenings: nil))
        for number in 0..<20 { _ = try begin("1.\(number)", in: deliveries) }
        #expect(await markers(20).count == 20)
        #expect(deliveries.waitingCount == 0)
    }

    @Test("A delivery that has waited for a minute fails with OpeningTimeout and leaves nothing")
    func patience() async throws {
        store.hold(prefix: BucketLayout.openMarkers)
        let deliveries = deliveries(DeliveryCapacity(maximumOpenings: 1))
        let first = try begin("1", in: deliveries)
        let late = try begin("2", in: deliveries)
        let last = try begin("3", in: deliveries)
        _ = await markers(1)
        clock.advance(by: .seconds(61))
        store.release()
        try await first.marker.written()
        _ = await markers(1)
        store.release()
        try await late.marker.written()
        await #expect(throws: Deliveries.OpeningTimeout.self) { try await last.marker.written() }
        deliveries.instanceFailed(in: last.delivery)
        #expect(deliveries.count == 2)
        #expect(store.objects[marker(last)] == nil)
    }

    @Test("A delivery that ends before its turn is not opened")
    func abandoned() async throws {
        store.hold(prefix: BucketLayout.openMarkers)
        let deliveries = deliveries(DeliveryCapacity(maximumOpenings: 1))
        let first = try begin("1", in: deliveries)
        let gone = try begin("2", in: deliveries)
        deliveries.instanceFailed(in: gone.delivery)
        await clock.sleepers(2)
        clock.advance(by: .seconds(31))
        await eventually("one delivery is left") { deliveries.count <= 1 }
        _ = await markers(1)
        store.release()
        try await storeInstance(in: first, of: deliveries)
        await deliveries.shutDown()
        #expect(store.objects[marker(gone)] == nil)
        #expect(!store.removed.contains(marker(gone)))
    }

    @Test("At the maximum number of deliveries, the one that has been quiet longest closes to make room for the next")
    func full() async throws {
        let deliveries = deliveries(DeliveryCapacity(maximumOpenings: 5, maximumOpen: 3))
        let open = try (0..<3).map { try begin("1.\($0)", in: deliveries) }
        for membership in open { try await storeInstance(in: membership, of: deliveries) }
        let next = try begin("2", in: deliveries)
        try await storeInstance(in: next, of: deliveries)
        await closed(open[0].delivery)
        #expect(store.objects[BucketLayout.manifestKey(of: ImportID(open[1].delivery))] == nil)
        let document = try #require(store.objects[BucketLayout.manifestKey(of: ImportID(open[0].delivery))])
        #expect(try PipelineJSON.decode(DeliveryManifest.self, from: document).closeReason == .capacity)
    }

    @Test("A title whose instances never end does not take the instances of the others")
    func shares() async throws {
        let deliveries = deliveries(DeliveryCapacity(maximumInstances: 90))
        var taken = 0
        while taken < 90, (try? begin("1.\(taken)", in: deliveries)) != nil { taken += 1 }
        #expect(taken == 80)
        for number in 0..<9 {
            try await storeInstance(in: try begin("2.\(number)", of: "MR1", in: deliveries), of: deliveries)
        }
        #expect(throws: InstanceProblem.receiverFull) { try begin("3", in: deliveries) }
    }

    @Test("Sealed deliveries with pending instances do not keep quiet ones from making room")
    func pinned() async throws {
        let deliveries = deliveries(DeliveryCapacity(maximumOpenings: 20, maximumOpen: 12))
        let quiet = try begin("1", in: deliveries)
        try await storeInstance(in: quiet, of: deliveries)
        // Each is sealed by its size, and an instance in it is pending.
        for number in 0..<11 {
            let pinned = try begin("2.\(number)", in: deliveries)
            try await pinned.marker.written()
            #expect(deliveries.instanceComplete(size: 1_000_000, in: pinned.delivery))
        }
        try await storeInstance(in: try begin("3", of: "MR1", in: deliveries), of: deliveries)
        await closed(quiet.delivery)
    }

    @Test("At the maximum number of instances a further one is refused, and accepted after deliveries have closed")
    func instances() async throws {
        store.hold(prefix: BucketLayout.manifests)
        let deliveries = deliveries(DeliveryCapacity(maximumInstances: 4))
        var memberships: [Deliveries.Membership] = []
        for number in 0..<4 {
            memberships.append(try begin("1.\(number)", in: deliveries))
            try await storeInstance(in: memberships[number], of: deliveries)
        }
        #expect(throws: InstanceProblem.receiverFull) { try begin("1.4", in: deliveries) }
        // Above half of the maximum the oldest deliveries close: their manifests are being written.
        #expect(await markers(2).count == 2)
        store.release()
        await closed(memberships[0].delivery)
        await eventually("three deliveries are left") { deliveries.count <= 3 }
        _ = try begin("1.4", in: deliveries)
    }
}
