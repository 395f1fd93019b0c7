// SPDX-License-Identifier: Apache-2.0

import Digests
import Eventually
import FoundationEssentials
import ImportPipeline
import Logging
import Testing

@testable import StorageSCP

@Suite("Deliveries", .timeLimit(.minutes(1)))
struct DeliveriesTests {
    private let store = MemoryStore()
    private let clock = ManualClock()
    private let associations = OpenAssociations(limits: OpenAssociations.Limits(total: 1))
    private let leaseClock = ManualClock()
    private let lease: HeldLease
    private let deliveries: Deliveries

    init() {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let limits = DeliveryLimits(
            quietSeconds: 30, maximumInstances: 3, maximumBytes: 1_000_000, maximumAgeSeconds: 3600)
        lease = HeldLease(store: store, seconds: 60, clock: leaseClock, logger: logger)
        deliveries = Deliveries(
            store: store, limits: limits, lease: lease, associations: associations, clock: clock, logger: logger)
    }

    private func begin(
        _ name: String, study: String = "1.2", association: String = "a"
    ) throws -> Deliveries.Membership {
        try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: name), study: study, studyDate: nil,
            association: association,
            origin: Delivery.Origin(callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1"))
    }

    private func store(_ membership: Deliveries.Membership) async throws {
        #expect(try await isAcknowledged(membership))
    }

    private func isAcknowledged(_ membership: Deliveries.Membership) async throws -> Bool {
        try await membership.marker.written()
        return deliveries.instanceStored(
            StoredInstance(size: 1, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1"), in: membership)
    }

    /// A delivery that closes because it has the maximum number of instances.
    private func fullDelivery() async throws -> DeliveryID {
        let memberships = try (0..<3).map { try begin("\($0)") }
        for membership in memberships { try await store(membership) }
        return memberships[0].delivery
    }

    private func manifest(of id: DeliveryID) throws -> DeliveryManifest? {
        try store.objects[BucketLayout.manifestKey(of: ImportID(id))].map {
            try PipelineJSON.decode(DeliveryManifest.self, from: $0)
        }
    }

    @Test("Associations that send the same study share its delivery; another study has another delivery")
    func shared() async throws {
        let first = try begin("1", association: "a")
        let second = try begin("2", association: "b")
        let other = try begin("3", study: "1.3")
        #expect(first.delivery == second.delivery)
        #expect(first.delivery != other.delivery)
    }

    @Test("The open marker is written before an instance is acknowledged, and stays until the import is started")
    func marker() async throws {
        let membership = try begin("4")
        try await membership.marker.written()
        let marker = BucketLayout.openMarkerKey(of: membership.delivery, task: deliveries.lease.task)
        let open = try PipelineJSON.decode(OpenDelivery.self, from: try #require(store.objects[marker]))
        #expect(open.deliveryId == membership.delivery)
        #expect(store.objects[BucketLayout.taskLeaseKey(of: open.task)] != nil)
        #expect((open.studies.map(\.studyInstanceUID), open.callingAETitle) == (["1.2"], "CT1"))
        try await store(membership)
        await deliveries.shutDown()
        let manifest = try #require(try manifest(of: membership.delivery))
        #expect(manifest.closeReason == .shutdown)
        #expect(manifest.task == open.task)
        #expect(store.objects[marker] != nil)
    }

    @Test("Quiet time begins when the last association has ended")
    func quiet() async throws {
        #expect(associations.admit(try Samples.association("a"), atMostOfTitle: nil) == nil)
        let membership = try begin("5", association: "a")
        try await store(membership)
        await clock.sleepers(1)  // the age
        clock.advance(by: .seconds(31))
        #expect(try manifest(of: membership.delivery) == nil)

        associations.ended("a")
        deliveries.associationEnded("a")
        await clock.sleepers(2)
        clock.advance(by: .seconds(31))
        await closed(membership.delivery)
        #expect(try manifest(of: membership.delivery)?.closeReason == .quiet)
    }

    @Test("An association that ended before its last instance was placed does not hold the delivery")
    func lateInstance() async throws {
        let membership = try begin("6", association: "gone")
        try await store(membership)
        await clock.sleepers(2)
        clock.advance(by: .seconds(31))
        await closed(membership.delivery)
        #expect(try manifest(of: membership.delivery)?.instances.count == 1)
    }

    @Test("An association holds only the delivery that it sent to last, whatever other associations do")
    func lastStudy() async throws {
        #expect(associations.admit(try Samples.association("a"), atMostOfTitle: nil) == nil)
        let first = try begin("7", study: "1.2", association: "a")
        try await store(first)
        let second = try begin("8", study: "1.3", association: "a")
        try await store(second)
        await clock.sleepers(2)  // the first age, and the quiet time of the first
        clock.advance(by: .seconds(20))
        deliveries.associationEnded("of an echo")
        clock.advance(by: .seconds(11))
        await closed(first.delivery)
        #expect(try manifest(of: first.delivery)?.closeReason == .quiet)
        #expect(try manifest(of: second.delivery) == nil)
    }

    @Test("A manifest that the store refuses is tried again until the store accepts it")
    func manifestLater() async throws {
        store.refuse(prefix: BucketLayout.manifests)
        let delivery = try await fullDelivery()
        await refused(1)
        store.accept(prefix: BucketLayout.manifests)
        await closedInTime(delivery)
        #expect(try manifest(of: delivery)?.instances.count == 3)
    }

    @Test("When a delivery has the maximum number of instances, the next instance opens another one")
    func limit() async throws {
        var memberships: [Deliveries.Membership] = []
        for index in 0..<4 { memberships.append(try begin("\(index)")) }
        #expect(Set(memberships.map(\.delivery)).count == 2)
        #expect(memberships[2].delivery != memberships[3].delivery)
        for membership in memberships { try await store(membership) }
        await closed(memberships[0].delivery)
        #expect(try manifest(of: memberships[0].delivery)?.instances.count == 3)
        #expect(try manifest(of: memberships[0].delivery)?.closeReason == .maximumInstances)
    }

    @Test("A delivery closes at its maximum age although an association holds it")
    func age() async throws {
        #expect(associations.admit(try Samples.association("a"), atMostOfTitle: nil) == nil)
        let membership = try begin("9", association: "a")
        try await store(membership)
        await clock.sleepers(1)
        clock.advance(by: .seconds(3601))
        await closed(membership.delivery)
        #expect(try manifest(of: membership.delivery)?.closeReason == .maximumAge)
    }

    @Test("A delivery without its open marker acknowledges nothing, and the next instance opens another one")
    func markerRefused() async throws {
        store.refuse(prefix: BucketLayout.openMarkers)
        let refused = try begin("10")
        await #expect(throws: MemoryStore.Refused.self) { try await refused.marker.written() }
        deliveries.instanceFailed(in: refused.delivery)
        store.accept(prefix: BucketLayout.openMarkers)
        let accepted = try begin("11")
        #expect(accepted.delivery != refused.delivery)
        try await store(accepted)
        await deliveries.shutDown()
        #expect(try manifest(of: refused.delivery) == nil)
        #expect(try manifest(of: accepted.delivery) != nil)
    }

    @Test("When the manifest cannot be written, the open marker stays")
    func manifestRefused() async throws {
        store.refuse(prefix: BucketLayout.manifests)
        let membership = try begin("12")
        try await store(membership)
        await deliveries.shutDown()
        #expect(store.objects[BucketLayout.openMarkerKey(of: membership.delivery, task: deliveries.lease.task)] != nil)
    }

    @Test("Shutdown waits for an instance that is being received")
    func shutDown() async throws {
        let membership = try begin("13")
        async let ended: Void = deliveries.shutDown()
        try await store(membership)
        await ended
        #expect(try manifest(of: membership.delivery)?.instances.count == 1)
    }

    @Test("Shutdown tries a refused manifest once more, without the pause")
    func shutDownInPause() async throws {
        store.refuse(prefix: BucketLayout.manifests)
        let delivery = try await fullDelivery()
        await refused(1)
        store.accept(prefix: BucketLayout.manifests)
        await deliveries.shutDown()
        #expect(try manifest(of: delivery)?.instances.count == 3)
    }

    @Test("While the lease is not held no instance is acknowledged, and afterwards none in an older delivery")
    func leaseLost() async throws {
        let before = try begin("14")
        try await store(before)
        let late = try begin("15")
        store.refuse(prefix: BucketLayout.taskLeases)
        leaseClock.advance(by: .seconds(61))
        #expect(try await !isAcknowledged(late))
        let refused = try begin("16")
        #expect(refused.delivery != before.delivery)
        await #expect(throws: MemoryStore.Refused.self) { try await refused.marker.written() }

        store.accept(prefix: BucketLayout.taskLeases)
        let after = try begin("17")
        try await store(after)
        await closed(before.delivery)
        #expect(try manifest(of: before.delivery)?.closeReason == .leaseLost)
        #expect(try manifest(of: before.delivery)?.instances.map(\.sopInstanceUID) == ["14"])
    }

    @Test("An instance that began before the lease was lost is not acknowledged after the lease is regained")
    func anotherTerm() async throws {
        let before = try begin("18")
        try await before.marker.written()
        await leaseClock.sleepers(1)
        leaseClock.advance(by: .seconds(61))
        await eventually("the lease is in its second term") { lease.term == 2 }
        #expect(try await !isAcknowledged(before))
        await closed(before.delivery)
        #expect(try manifest(of: before.delivery) == nil)
    }

    @Test("No instance is acknowledged in a delivery so old that the second look may already have happened")
    func tooOld() async throws {
        let membership = try begin("21")
        try await membership.marker.written()
        clock.advance(by: .seconds(DeliveryAge.maximumOfAcknowledgement))
        try await store(membership)
        let late = try begin("22")
        try await late.marker.written()
        clock.advance(by: .seconds(DeliveryAge.maximumOfAcknowledgement + 1))
        #expect(try await !isAcknowledged(late))
    }

    @Test("A delivery that was idle while the lease was lost takes no more instances")
    func leaseLostWhileIdle() async throws {
        let before = try begin("19")
        try await store(before)
        await leaseClock.sleepers(1)
        leaseClock.advance(by: .seconds(61))
        await eventually("the lease is in its second term") { lease.term == 2 }
        let after = try begin("20")
        #expect(after.delivery != before.delivery)
        await closed(before.delivery)
        #expect(try manifest(of: before.delivery)?.closeReason == .leaseLost)
    }

    @Test("When nothing was stored, the task removes the open marker itself; shutdown gives up if the store refuses")
    func markerLater() async throws {
        let membership = try begin("1")
        try await membership.marker.written()
        store.refuseRemovals(true)
        deliveries.instanceFailed(in: membership.delivery)
        async let ended: Void = deliveries.shutDown()
        await refused(1)
        await ended
        #expect(try manifest(of: membership.delivery) == nil)
        #expect(store.removed.isEmpty)
    }

    @Test("Where manifests start no imports, the open marker is removed after the manifest is written")
    func markerInFolder() async throws {
        let folder = MemoryStore(startsImports: false)
        let (delivery, task) = try await deliveryOfOneInstance(in: folder)
        #expect(folder.removed == [BucketLayout.openMarkerKey(of: delivery, task: task)])
        #expect(folder.objects[BucketLayout.manifestKey(of: ImportID(delivery))] != nil)
    }

    @Test("Where manifests start no imports, the open marker stays while its manifest is not written")
    func markerInFolderWithoutManifest() async throws {
        let folder = MemoryStore(startsImports: false)
        folder.refuse(prefix: BucketLayout.manifests)
        _ = try await deliveryOfOneInstance(in: folder)
        #expect(folder.refusals > 0)
        #expect(folder.removed.isEmpty)
    }

    /// Stores one instance in deliveries of their own in `folder`, and shuts them down.
    private func deliveryOfOneInstance(in folder: MemoryStore) async throws -> (DeliveryID, TaskID) {
        let deliveries = Samples.deliveries(
            store: folder, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let membership = try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: "1"), study: "1.2", studyDate: nil, association: "a",
            origin: Samples.origin)
        try await membership.marker.written()
        let isStored = deliveries.instanceStored(
            StoredInstance(size: 1, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1"), in: membership)
        #expect(isStored)
        await deliveries.shutDown()
        return (membership.delivery, deliveries.lease.task)
    }

    /// Returns when the store has refused this many requests.
    private func refused(_ count: Int) async {
        await eventually("the store has refused \(count) requests") { store.refusals >= count }
    }

    /// The same as `closed`, while the clock advances.
    private func closedInTime(_ id: DeliveryID) async {
        await eventually("the delivery is closed") {
            if isClosed(id) { return true }
            clock.advance(by: .seconds(1))
            return false
        }
    }

    /// Returns when the delivery's manifest is written, or its open marker has been removed because nothing was stored.
    private func closed(_ id: DeliveryID) async {
        await eventually("the delivery is closed") { isClosed(id) }
    }

    private func isClosed(_ id: DeliveryID) -> Bool {
        store.objects[BucketLayout.manifestKey(of: ImportID(id))] != nil
            || store.removed.contains(BucketLayout.openMarkerKey(of: id, task: deliveries.lease.task))
    }
}
