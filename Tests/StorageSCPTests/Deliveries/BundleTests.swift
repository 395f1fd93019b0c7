// SPDX-License-Identifier: Apache-2.0

import Digests
import Eventually
import FoundationEssentials
import ImportPipeline
import Logging
import Testing

@testable import StorageSCP

/// Bundles: deliveries of several studies. Each test begins with one or two tokens for openings.
@Suite("Bundles", .timeLimit(.minutes(1)))
struct BundleTests {
    private let store = MemoryStore()
    private let clock = ManualClock()
    private let leaseClock = ManualClock()
    private let lease: HeldLease
    private let counts = ReceiverCounts()

    init() {
        lease = HeldLease(
            store: store, seconds: 60, clock: leaseClock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func deliveries(
        burst: Int = 1, maximumInstances: Int = 5_000, maximumOpenings: Int? = nil, store: MemoryStore? = nil
    ) -> Deliveries {
        Deliveries(
            store: store ?? self.store,
            limits: DeliveryLimits(
                quietSeconds: 30, maximumInstances: maximumInstances, maximumBytes: 1_000_000, maximumAgeSeconds: 3600),
            capacity: DeliveryCapacity(maximumOpenings: maximumOpenings), pace: OpeningPace(seconds: 3, burst: burst),
            lease: lease,
            associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)), counts: counts, clock: clock,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func begin(
        _ name: String = "1", study: String, title: String = "CT1", in deliveries: Deliveries
    ) throws -> Deliveries.Membership {
        try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: name), study: study, studyDate: "20261123",
            association: "a",
            origin: Delivery.Origin(callingAETitle: title, calledAETitle: "STORESCP", peer: "127.0.0.1"))
    }

    private func store(_ membership: Deliveries.Membership, in deliveries: Deliveries) async throws {
        try await membership.marker.written()
        let isStored = deliveries.instanceStored(
            StoredInstance(size: 1, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1"), in: membership)
        #expect(isStored)
    }

    private func manifest(of id: DeliveryID) throws -> DeliveryManifest? {
        try store.objects[BucketLayout.manifestKey(of: ImportID(id))].map {
            try PipelineJSON.decode(DeliveryManifest.self, from: $0)
        }
    }

    @Test("Without a token, a study joins the delivery that its sender opened last; the manifest lists each study")
    func joins() async throws {
        let deliveries = deliveries()
        let memberships = try ["1.3", "1.2", "1.3", "1.4"].enumerated().map {
            try begin("\($0)", study: $1, in: deliveries)
        }
        #expect(Set(memberships.map(\.delivery)).count == 1)
        for membership in memberships { try await store(membership, in: deliveries) }
        await deliveries.shutDown()
        let manifest = try #require(try manifest(of: memberships[0].delivery))
        #expect(manifest.studies.map(\.studyInstanceUID) == ["1.2", "1.3", "1.4"])
        #expect(manifest.studies.map(\.instances.count) == [1, 2, 1])
        #expect(manifest.studies.map(\.studyDate) == ["20261123", "20261123", "20261123"])
        #expect(manifest.problem(expecting: manifest.deliveryId) == nil)
        #expect(counts.take().metrics.contains(.init("StudiesJoined", 2)))
    }

    @Test("Two senders never share a delivery")
    func senders() throws {
        let deliveries = deliveries()
        let first = try begin(study: "1.2", title: "CT1", in: deliveries)
        let second = try begin(study: "1.3", title: "CT2", in: deliveries)
        #expect(first.delivery != second.delivery)
        #expect(try begin(study: "1.4", title: "CT1", in: deliveries).delivery == first.delivery)
        #expect(try begin(study: "1.2", title: "CT2", in: deliveries).delivery == second.delivery)
    }

    @Test("A study does not join a full delivery, or one that was opened in an earlier term of the lease")
    func takesNoMore() async throws {
        let deliveries = deliveries(maximumInstances: 2)
        let full = try begin(study: "1.2", in: deliveries)
        #expect(try begin(study: "1.3", in: deliveries).delivery == full.delivery)
        let next = try begin(study: "1.4", in: deliveries)
        #expect(next.delivery != full.delivery)
        try await store(next, in: deliveries)
        await leaseClock.sleepers(1)
        leaseClock.advance(by: .seconds(61))
        await eventually("the lease is in its second term") { lease.term == 2 }
        #expect(try begin(study: "1.5", in: deliveries).delivery != next.delivery)
    }

    @Test("A study does not join a delivery that already has as many studies as a manifest may list")
    func maximumStudies() throws {
        let deliveries = deliveries()
        let memberships = try (0...DeliveryManifest.maximumStudies).map {
            try begin(study: "1.2.\($0)", in: deliveries)
        }
        #expect(Set(memberships.map(\.delivery)).count == 2)
        #expect(memberships[memberships.count - 2].delivery == memberships[0].delivery)
    }

    @Test("An instance that is sent again goes into another delivery, which closes after the first and names it")
    func repeats() async throws {
        let deliveries = deliveries(burst: 2)
        let first = try begin(study: "1.2", in: deliveries)
        let second = try begin(study: "1.3", in: deliveries)
        #expect(first.delivery != second.delivery)
        // The second delivery, which the study joins, has not tried the instance.
        let again = try begin(study: "1.2", in: deliveries)
        #expect(again.delivery == second.delivery)
        #expect(again.repeats == first.delivery)
        // Both deliveries have tried the instance: another one opens.
        let third = try begin(study: "1.2", in: deliveries)
        #expect(![first.delivery, second.delivery].contains(third.delivery))
        #expect(third.repeats == second.delivery)
        // The second delivery has also tried the other study's instance, so it too goes to the third.
        let other = try begin(study: "1.3", in: deliveries)
        #expect(other.delivery == third.delivery)

        for membership in [third, other, again, second, first] { try await store(membership, in: deliveries) }
        await eventually("every delivery is closed") {
            if deliveries.count == 0 { return true }
            clock.advance(by: .seconds(1))
            return false
        }
        let expected = [first, second, third].map { BucketLayout.manifestKey(of: ImportID($0.delivery)) }
        #expect(store.created == expected)
        #expect(try manifest(of: second.delivery)?.repeats == first.delivery)
        #expect(try manifest(of: third.delivery)?.repeats == second.delivery)
    }

    @Test("Deliveries that share studies close without waiting for one another in a circle, however many there are")
    func longChain() async throws {
        let deliveries = deliveries(maximumInstances: 3)
        var memberships = [try begin(study: "1.2.0", in: deliveries)]
        // Each delivery repeats a study of the one before, and adds one of its own.
        for number in 1...500 {
            memberships.append(try begin(study: "1.2.\(number)", in: deliveries))
            memberships.append(try begin(study: "1.2.\(number)", in: deliveries))
        }
        #expect(Set(memberships.map(\.delivery)).count == 501)
        // The last but one delivery is full now, and all deliveries before it are sealed with it.
        memberships.append(try begin("2", study: "1.2.500", in: deliveries))
        #expect(memberships.last?.delivery == memberships[memberships.count - 3].delivery)
        for membership in memberships.reversed() { deliveries.instanceFailed(in: membership.delivery) }
        await deliveries.shutDown()
        #expect(deliveries.count == 0)
    }

    @Test(
        "The open marker of a delivery that waited for its turn lists the studies that joined it, and is written once")
    func marker() async throws {
        let deliveries = deliveries(maximumOpenings: 1)
        store.hold(prefix: BucketLayout.openMarkers)
        _ = try begin(study: "1.1", title: "CT1", in: deliveries)
        await eventually("the store holds a request") { !store.heldKeys.isEmpty }
        let opened = try begin(study: "1.3", title: "CT2", in: deliveries)
        #expect(try begin(study: "1.2", title: "CT2", in: deliveries).delivery == opened.delivery)
        store.release()
        await eventually("the store holds a request") { !store.heldKeys.isEmpty }
        #expect(try begin(study: "1.4", title: "CT2", in: deliveries).delivery == opened.delivery)
        store.release()
        try await opened.marker.written()
        let key = BucketLayout.openMarkerKey(of: opened.delivery, task: lease.task)
        let open = try PipelineJSON.decode(OpenDelivery.self, from: try #require(store.objects[key]))
        #expect(open.studies.map(\.studyInstanceUID) == ["1.3", "1.2"])
        #expect(open.studies.map(\.studyDate) == ["20261123", "20261123"])
    }

    @Test("In a folder each delivery holds one study, because there are no import jobs to save")
    func folder() throws {
        let deliveries = deliveries(store: MemoryStore(startsImports: false))
        let memberships = try (0..<30).map { try begin(study: "1.2.\($0)", in: deliveries) }
        #expect(Set(memberships.map(\.delivery)).count == 30)
    }
}
