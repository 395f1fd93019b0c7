// SPDX-License-Identifier: Apache-2.0

import Digests
import Eventually
import FoundationEssentials
import ImportPipeline
import Logging
import TestLog
import Testing

@testable import StorageSCP

/// A sweep has closed a delivery in this task's place because it took the task for ended.
@Suite("Manifest conflicts", .timeLimit(.minutes(1)))
struct ManifestConflictTests {
    private let store = MemoryStore()
    private let log = RecordedLog(level: .info)

    private let clock = ManualClock()

    /// Makes a delivery of the instances 1 and 2, calls `prepare`, and lets the delivery close. Returns its ID and the
    /// key of its open marker.
    private func closeDelivery(preparing prepare: (DeliveryID) async throws -> Void) async throws -> (
        DeliveryID, String
    ) {
        let deliveries = Deliveries(
            store: store,
            limits: DeliveryLimits(
                quietSeconds: 30, maximumInstances: 2, maximumBytes: 1_000_000, maximumAgeSeconds: 3600),
            lease: HeldLease(store: store, seconds: 60, logger: log.logger),
            associations: OpenAssociations(limits: OpenAssociations.Limits(total: 1)), clock: clock, logger: log.logger)
        let memberships = try ["1", "2"].map { name in
            try deliveries.instanceBegan(
                InstanceName(seriesInstanceUID: "1", sopInstanceUID: name), study: "1.2", studyDate: nil,
                association: "a", origin: Samples.origin)
        }
        let id = memberships[0].delivery
        try await memberships[0].marker.written()
        try await prepare(id)
        for membership in memberships {
            let isStored = deliveries.instanceStored(
                StoredInstance(size: 1, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1"), in: membership)
            #expect(isStored)
        }
        await eventually("every delivery is closed") {
            if deliveries.count == 0 { return true }
            clock.advance(by: .seconds(1))
            return false
        }
        return (id, BucketLayout.openMarkerKey(of: id, task: deliveries.lease.task))
    }

    private func theirs(_ names: [String], of id: DeliveryID) throws -> [UInt8] {
        try PipelineJSON.encode(
            OpenDelivery(
                deliveryId: id, task: TaskID(), studies: [.init(studyInstanceUID: "1.2", studyDate: nil)],
                callingAETitle: "CT1",
                calledAETitle: "STORESCP", peer: "127.0.0.1", openedAt: Date(timeIntervalSince1970: 0)
            ).manifest(
                closedAt: Date(timeIntervalSince1970: 0),
                of: ListedInstances(
                    names.map { name in
                        DeliveryManifest.Instance(
                            key: BucketLayout.instanceKey(id, study: "1.2", series: "1", instance: name), size: 1,
                            checksumCRC32: nil, sopClassUID: nil, sopInstanceUID: name, seriesInstanceUID: "1",
                            transferSyntaxUID: nil)
                    })))
    }

    private func names(in number: Int, of id: DeliveryID) throws -> [String]? {
        try store.objects[BucketLayout.manifestKey(of: ImportID(id, number: number))].map {
            try PipelineJSON.decode(DeliveryManifest.self, from: $0).instances.map(\.sopInstanceUID)
        }
    }

    @Test(
        "Instances that the sweep's manifest lacks go into a further manifest",
        arguments: [(["1", "2", "3"], nil), (["1"], ["2"]), (["3"], ["1", "2"])] as [([String], [String]?)])
    func further(listed: [String], added: [String]?) async throws {
        let (id, marker) = try await closeDelivery { id in
            try await store.putDocument(try theirs(listed, of: id), key: BucketLayout.manifestKey(of: ImportID(id)))
        }
        #expect(try names(in: 0, of: id) == listed)
        #expect(try names(in: 1, of: id) == added)
        #expect(try names(in: 2, of: id) == nil)
        #expect(log.lines.count { $0.contains("lacks instances") } == (added == nil ? 0 : 1))
        // The function that starts the import removes the marker.
        #expect(store.objects[marker] != nil)
    }

    @Test("If the existing manifest cannot be read, it starts no import: all instances go into a further one")
    func unreadable() async throws {
        let (id, _) = try await closeDelivery { id in
            try await store.putDocument(Array("theirs".utf8), key: BucketLayout.manifestKey(of: ImportID(id)))
        }
        #expect(try names(in: 1, of: id) == ["1", "2"])
    }

    @Test("A manifest that was written although the answer was lost is not written again")
    func lostAnswer() async throws {
        let (id, _) = try await closeDelivery { _ in store.loseAnswers(1) }
        #expect(store.refusals == 1)
        #expect(try names(in: 0, of: id) == ["1", "2"])
        #expect(try names(in: 1, of: id) == nil)
    }

    @Test("A request that fails while the manifests are compared is repeated", arguments: ["read", "write"])
    func failing(step: String) async throws {
        let (id, _) = try await closeDelivery { id in
            try await store.putDocument(try theirs(["1"], of: id), key: BucketLayout.manifestKey(of: ImportID(id)))
            if step == "read" { store.refuseReads(1) } else { store.loseAnswers(1) }
        }
        #expect(store.refusals == 1)
        #expect(try names(in: 1, of: id) == ["2"])
        #expect(try names(in: 2, of: id) == nil)
    }
}
