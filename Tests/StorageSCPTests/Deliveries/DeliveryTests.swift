// SPDX-License-Identifier: Apache-2.0

import Digests
import FoundationEssentials
import ImportPipeline
import Testing

@testable import StorageSCP

@Suite("Delivery")
struct DeliveryTests {
    private let opened = Date(timeIntervalSince1970: 1_795_477_912)
    private let origin = Delivery.Origin(callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1")

    private func delivery(instances: Int = 5000, bytes: Int = 1_000_000) -> Delivery {
        let limits = DeliveryLimits(
            quietSeconds: 30, maximumInstances: instances, maximumBytes: bytes, maximumAgeSeconds: 3600)
        var delivery = Delivery(id: DeliveryID(openedAt: opened), origin: origin, limits: limits, openedAt: opened)
        delivery.studyJoined("1.2", date: nil)
        return delivery
    }

    private func name(_ name: String) -> InstanceName { InstanceName(seriesInstanceUID: "1", sopInstanceUID: name) }

    private func stored(size: Int = 100) -> StoredInstance {
        StoredInstance(size: size, checksum: CRC32(), sopClassUID: "1", transferSyntaxUID: "1")
    }

    /// Stores an instance as an upload does. Returns false when there is no room.
    private func store(_ name: String, size: Int = 100, in delivery: inout Delivery) -> Bool {
        guard delivery.instanceComplete(size: size) else {
            delivery.instanceFailed()
            return false
        }
        delivery.instanceStored(
            self.name(name), in: "1.2", stored(size: size), at: opened.addingTimeInterval(Double(delivery.storedCount)))
        return true
    }

    @Test("A delivery is quiet when no instance is pending and no association holds it")
    func quiet() {
        var delivery = delivery()
        delivery.associationHolds("a")
        delivery.instanceBegan(name("1"), in: "1.2", studyDate: nil)
        #expect(!delivery.isQuiet)
        let isTaken = store("1", in: &delivery)
        #expect(isTaken)
        #expect(!delivery.isQuiet)
        delivery.associationEnded("a", isReleased: true)
        #expect(delivery.isQuiet)
    }

    @Test("A delivery with the maximum number of instances is sealed, and closes when the last one is stored")
    func maximumInstances() {
        var delivery = delivery(instances: 2)
        delivery.instanceBegan(name("2"), in: "1.2", studyDate: nil)
        let isTaken = store("1", in: &delivery)
        #expect(isTaken)
        #expect(delivery.closeReason == nil)
        delivery.instanceBegan(name("3"), in: "1.2", studyDate: nil)
        #expect(delivery.closeReason == .maximumInstances)
        #expect(!delivery.isReadyToClose)
        let isLastTaken = store("2", in: &delivery)
        #expect(isLastTaken)
        #expect(delivery.isReadyToClose)
    }

    @Test("A delivery with the maximum number of bytes is sealed")
    func maximumBytes() {
        var delivery = delivery(bytes: 150)
        for name in ["1", "2"] {
            delivery.instanceBegan(self.name(name), in: "1.2", studyDate: nil)
            let isTaken = store(name, in: &delivery)
            #expect(isTaken)
        }
        #expect(delivery.closeReason == .maximumBytes)
    }

    @Test(
        "An instance that would make the delivery too large for an import job is not published and seals the delivery")
    func largerThanAJob() throws {
        var delivery = delivery(bytes: HealthImagingLimits.maximumBytes)
        delivery.instanceBegan(name("5"), in: "1.2", studyDate: nil)
        delivery.instanceBegan(name("6"), in: "1.2", studyDate: nil)
        let isTaken = store("1", size: 6_000_000_000, in: &delivery)
        #expect(isTaken)
        let isTakenToo = store("2", size: 6_000_000_000, in: &delivery)
        #expect(!isTakenToo)
        #expect(delivery.isReadyToClose)
        #expect(delivery.manifest(task: TaskID(), closedAt: opened)?.instances.map(\.sopInstanceUID) == ["1"])
    }

    @Test("Instances that are being published at the same time count together")
    func announced() {
        var delivery = delivery(bytes: HealthImagingLimits.maximumBytes)
        let hasRoom = delivery.instanceComplete(size: 6_000_000_000)
        #expect(hasRoom)
        let hasRoomToo = delivery.instanceComplete(size: 6_000_000_000)
        #expect(!hasRoomToo)
        // The object may exist although storing it failed.
        delivery.instanceBegan(name("7"), in: "1.2", studyDate: nil)
        delivery.instanceFailed()
        let hasRoomAfterwards = delivery.instanceComplete(size: 6_000_000_000)
        #expect(!hasRoomAfterwards)
    }

    @Test("A failed instance counts, because its object may exist and an import job would take it")
    func failuresCount() {
        var delivery = delivery(instances: 3)
        for index in 0..<2 {
            delivery.instanceBegan(name("\(index)"), in: "1.2", studyDate: nil)
            delivery.instanceFailed()
        }
        #expect(delivery.closeReason == nil)
        delivery.instanceBegan(name("9"), in: "1.2", studyDate: nil)
        #expect(delivery.closeReason == .maximumInstances)
    }

    @Test("The manifest lists the stored instances in the order of their keys, and has the first study date")
    func manifest() throws {
        var delivery = delivery()
        for (name, date) in [("2", nil), ("1", "20261123"), ("3", "20261124")] as [(String, String?)] {
            delivery.instanceBegan(self.name(name), in: "1.2", studyDate: date)
            if name == "3" {
                delivery.instanceFailed()
            } else {
                let isTaken = store(name, in: &delivery)
                #expect(isTaken)
            }
        }
        delivery.seal(.quiet)
        let task = TaskID()
        let manifest = try #require(delivery.manifest(task: task, closedAt: opened))
        let prefix = BucketLayout.prefix(of: delivery.id)
        #expect(manifest.instances.map(\.key) == ["\(prefix)1.2/1/1.dcm", "\(prefix)1.2/1/2.dcm"])
        #expect(manifest.instances.first?.checksumCRC32 == "AAAAAA==")
        #expect(manifest.studies.map(\.studyDate) == ["20261123"])
        #expect(manifest.callingAETitle == "CT1")
        #expect(manifest.lastInstanceAt == opened.addingTimeInterval(1))
        #expect(manifest.task == task)
        #expect(manifest.problem(expecting: delivery.id) == nil)
    }

    @Test("The first repeat of each kind is reported, and all are counted")
    func repeated() {
        var delivery = delivery()
        let first = [RepeatedContent.same, .other, .same, .unknown, .other].map { delivery.instanceRepeated($0) }
        #expect(first == [true, true, false, true, false])
        #expect(delivery.repeatedCount == 5)
        #expect(delivery.changedCount == 2)
    }

    @Test("A delivery without a stored instance has no manifest")
    func empty() {
        var delivery = delivery()
        delivery.instanceBegan(name("10"), in: "1.2", studyDate: nil)
        delivery.instanceFailed()
        delivery.seal(.quiet)
        #expect(delivery.isReadyToClose)
        #expect(delivery.manifest(task: TaskID(), closedAt: opened) == nil)
    }
}
