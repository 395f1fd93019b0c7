// SPDX-License-Identifier: Apache-2.0

import Digests
import Eventually
import FoundationEssentials
import ImportPipeline
import Logging
import TestLog
import Testing

@testable import StorageSCP

/// Instances that are sent again before the delivery that tried them has closed.
@Suite("Repeated instances", .timeLimit(.minutes(1)))
struct DeliveryRepeatsTests {
    private let store = MemoryStore()
    private let log = RecordedLog(level: .info)
    private let counts = ReceiverCounts()
    private let deliveries: Deliveries

    init() {
        deliveries = Deliveries(
            store: store,
            limits: DeliveryLimits(
                quietSeconds: 30, maximumInstances: 3, maximumBytes: 1_000_000, maximumAgeSeconds: 3600),
            capacity: DeliveryCapacity(maximumInstances: 30, maximumRepeats: 2),
            lease: HeldLease(store: store, seconds: 60, logger: log.logger),
            associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)), counts: counts,
            clock: ManualClock(), logger: log.logger)
    }

    private func begin(
        _ name: String, study: String = "1.2", title: String = "CT1"
    ) throws -> Deliveries.Membership {
        try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: name), study: study, studyDate: nil, association: "a",
            origin: Delivery.Origin(callingAETitle: title, calledAETitle: "STORESCP", peer: "127.0.0.1"))
    }

    private func store(_ membership: Deliveries.Membership, _ content: [UInt8] = [1]) async throws {
        try await membership.marker.written()
        var checksum = CRC32()
        content.withUnsafeBytes { checksum.update($0) }
        let stored = StoredInstance(
            size: content.count, checksum: checksum, sopClassUID: "1", transferSyntaxUID: "1")
        #expect(deliveries.instanceStored(stored, in: membership))
    }

    private func manifest(of membership: Deliveries.Membership) throws -> DeliveryManifest? {
        try store.objects[BucketLayout.manifestKey(of: ImportID(membership.delivery))].map {
            try PipelineJSON.decode(DeliveryManifest.self, from: $0)
        }
    }

    private var notices: [String] { log.lines.filter { $0.contains("sent again before its delivery was closed") } }

    @Test("Deliveries that wait for one that never ends fill at most half of the task")
    func halfForRepeats() async throws {
        // The first instance never ends. So its delivery cannot close, and neither can the deliveries that repeat it,
        // directly or through others.
        _ = try begin("1")
        for names in [["2", "3"], ["1", "4", "5"], ["4", "6", "7"], ["5", "8", "9"], ["1", "10", "11"]] {
            for name in names { try await store(try begin(name)) }
        }
        #expect(throws: InstanceProblem.receiverFull) { try begin("11") }
        try await store(try begin("6", title: "MR1"))
    }

    @Test("An instance that is sent again is kept in another delivery, which names the one that it repeats")
    func kept() async throws {
        let first = try begin("1")
        try await store(first)
        let again = try begin("1")
        try await store(again, [2])
        let other = try begin("2")
        #expect(again.delivery != first.delivery && other.delivery == first.delivery)
        try await store(other)
        await deliveries.shutDown()
        #expect(try manifest(of: first)?.repeats == nil)
        #expect(try manifest(of: again)?.repeats == first.delivery)
        #expect(try manifest(of: first)?.instances.map(\.checksumCRC32) == ["pQXfGw==", "pQXfGw=="])
        #expect(try manifest(of: again)?.instances.map(\.checksumCRC32) == ["PAyOoQ=="])
        let marker = store.objects[BucketLayout.openMarkerKey(of: again.delivery, task: deliveries.lease.task)]
        let open = try PipelineJSON.decode(OpenDelivery.self, from: try #require(marker))
        #expect(open.repeats == first.delivery)
    }

    @Test("Another calling AE title or another study has its own deliveries and repeats none")
    func others() async throws {
        let memberships = [try begin("1"), try begin("1", title: "CT2"), try begin("1", study: "1.3")]
        #expect(Set(memberships.map(\.delivery)).count == 3)
        #expect(memberships.allSatisfy { $0.repeats == nil })
    }

    @Test("A delivery does not take an instance again, whether it failed or is still being received")
    func usedUp() async throws {
        let failed = try begin("1")
        deliveries.instanceFailed(in: failed.delivery)
        let inFlight = try begin("1")
        #expect(inFlight.delivery != failed.delivery)
        let third = try begin("1")
        #expect(third.delivery != inFlight.delivery && third.delivery != failed.delivery)
        #expect(throws: InstanceProblem.sentTooOften) { try begin("1") }
        #expect(try begin("2").delivery == failed.delivery)
        #expect(deliveries.count == 3)
    }

    @Test(
        "One line is logged for each delivery and kind of content, and the metrics count every repeat",
        arguments: [([1], "same", 0), ([2], "other", 2), ([1, 1], "other", 2)] as [([UInt8], String, Int)])
    func told(content: [UInt8], named: String, changed: Int) async throws {
        let first = try begin("1")
        try await store(first)
        try await store(try begin("2"))
        let again = try begin("1")
        try await store(again, content)
        try await store(try begin("2"), content)
        #expect(notices.count == 1)
        #expect(notices[0].contains(#""content":"\#(named)""#))
        #expect(notices[0].contains(#""deliveryId":"\#(again.delivery)""#))
        #expect(notices[0].contains(#""repeats":"\#(first.delivery)""#))
        #expect(
            counts.take().metrics.filter {
                $0 == .init("InstancesRepeated", 2) || $0 == .init("InstancesChanged", changed)
            }
            .count == 2)
        await deliveries.shutDown()
        #expect(log.lines.count { $0.contains("delivery closed") && $0.contains(#""repeated":"2""#) } == 1)
    }

    @Test("The content of an instance whose earlier copy was not stored is unknown")
    func unknown() async throws {
        _ = try begin("1")
        let again = try begin("1")
        try await store(again)
        #expect(notices.count == 1 && notices[0].contains(#""content":"unknown""#))
        #expect(counts.take().metrics.contains(.init("InstancesChanged", 0)))
    }

    @Test("A delivery closes after the one that it repeats, and both are sealed together")
    func order() async throws {
        store.hold(prefix: BucketLayout.manifests)
        let first = try begin("1")
        let onItsWay = try begin("2")
        try await store(first)
        for name in ["1", "2", "4"] { try await store(try begin(name)) }
        // "4" went to the first delivery, which has three instances; the second has two.
        let again = try begin("1")
        try await store(again)
        for name in ["2", "4"] { try await store(try begin(name)) }
        #expect(store.heldKeys.isEmpty)
        try await store(onItsWay)
        await eventually("the store holds a request") { !store.heldKeys.isEmpty }
        #expect(store.heldKeys == [BucketLayout.manifestKey(of: ImportID(first.delivery))])
        store.release()
        await eventually("the store holds a request") { !store.heldKeys.isEmpty }
        #expect(try manifest(of: first) != nil)
        store.release()
    }

    @Test("Shutdown ends although the manifests of deliveries that repeat one another cannot be written")
    func givenUp() async throws {
        store.refuse(prefix: BucketLayout.manifests)
        for _ in 0..<3 { try await store(try begin("1")) }
        await deliveries.shutDown()
        #expect(store.refusals == 3)
        #expect(deliveries.count == 0)
    }

    @Test("A repeat whose open marker the store refuses is forgotten when the first delivery has closed")
    func markersRefused() async throws {
        let first = try begin("1")
        try await store(first)
        store.refuse(prefix: BucketLayout.openMarkers)
        let refused = try begin("1")
        await #expect(throws: MemoryStore.Refused.self) { try await refused.marker.written() }
        deliveries.instanceFailed(in: refused.delivery)
        await eventually("every delivery is closed") { deliveries.count == 0 }
        #expect(try manifest(of: first)?.closeReason == .repeated)
        store.accept(prefix: BucketLayout.openMarkers)
        #expect(try begin("1").repeats == nil)
    }
}
