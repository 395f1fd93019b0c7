// SPDX-License-Identifier: Apache-2.0

import Digests
import FoundationEssentials
import ImportPipeline
import Logging
import Testing

@testable import StorageSCP

@Suite("Deliveries of routes", .timeLimit(.minutes(1)))
struct RoutedDeliveriesTests {
    private let store = MemoryStore()
    private let deliveries: Deliveries
    private static let datastore = String(repeating: "b", count: 32)
    private static let research = DeliveryDestination(route: "research", datastoreID: datastore)

    init() {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        deliveries = Deliveries(
            store: store,
            limits: DeliveryLimits(
                quietSeconds: 30, maximumInstances: 10, maximumBytes: 1 << 30, maximumAgeSeconds: 3600),
            // A single opening: what follows joins it if it may.
            pace: OpeningPace(seconds: 3600, burst: 1),
            lease: HeldLease(store: store, seconds: 60, clock: ManualClock(), logger: logger),
            associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)), clock: ManualClock(),
            logger: logger)
    }

    private func begin(
        _ name: String = "1", study: String = "1.2", to destination: DeliveryDestination = .standard
    ) throws -> Deliveries.Membership {
        try deliveries.instanceBegan(
            InstanceName(seriesInstanceUID: "1", sopInstanceUID: name), study: study, studyDate: nil, association: "a",
            origin: Delivery.Origin(
                callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1", destination: destination))
    }

    private func document<Document: Decodable>(_: Document.Type, _ key: String) throws -> Document {
        try PipelineJSON.decode(Document.self, from: try #require(store.objects[key]))
    }

    @Test("One study to two destinations is two deliveries, neither of which repeats the other")
    func twoDestinations() async throws {
        let memberships = [try begin(), try begin(to: Self.research)]
        #expect(memberships[0].delivery != memberships[1].delivery)
        #expect(memberships.allSatisfy { $0.repeats == nil })
        for membership in memberships {
            try await membership.marker.written()
            #expect(
                deliveries.instanceStored(
                    StoredInstance(size: 1, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1"),
                    in: membership))
        }
        let markers = try memberships.map {
            try document(OpenDelivery.self, BucketLayout.openMarkerKey(of: $0.delivery, task: deliveries.lease.task))
        }
        await deliveries.shutDown()
        let manifests = try memberships.map {
            try document(DeliveryManifest.self, BucketLayout.manifestKey(of: ImportID($0.delivery)))
        }
        #expect(markers.map(\.datastoreId) == [nil, Self.datastore] && markers.map(\.route) == [nil, "research"])
        #expect(manifests.map(\.datastoreId) == [nil, Self.datastore] && manifests.map(\.route) == [nil, "research"])
        #expect(zip(manifests, memberships).allSatisfy { $0.problem(expecting: $1.delivery) == nil })
    }

    @Test("A bundle holds one destination; a route that names another data store under the same name is another one")
    func bundles() throws {
        let first = try begin(to: Self.research)
        #expect(try begin(study: "1.3", to: Self.research).delivery == first.delivery)
        let standard = try begin(study: "1.4")
        #expect(standard.delivery != first.delivery)
        let changed = DeliveryDestination(route: "research", datastoreID: String(repeating: "c", count: 32))
        #expect(try begin(study: "1.3", to: changed).delivery != first.delivery)
        #expect(try begin(study: "1.5", to: Self.research).delivery == first.delivery)
    }
}
