import FoundationEssentials
import ImportPipeline
import Testing

@testable import StorageSCP

@Suite struct DeliveryTests {
    private let opened = Date(timeIntervalSince1970: 1_795_477_912)
    private let origin = Delivery.Origin(callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1")

    private func delivery(instances: Int = 5000, bytes: Int = 1_000_000) -> Delivery {
        let limits = DeliveryLimits(
            quietSeconds: 30, maximumInstances: instances, maximumBytes: bytes, maximumAgeSeconds: 3600)
        return Delivery(
            id: DeliveryID(openedAt: opened), studyInstanceUID: "1.2", origin: origin, limits: limits,
            openedAt: opened)
    }

    private func instance(_ name: String, size: Int = 100) -> DeliveryManifest.Instance {
        DeliveryManifest.Instance(
            key: "\(name).dcm", size: size, checksumCRC32: "", sopClassUID: "1", sopInstanceUID: name,
            seriesInstanceUID: "1",
            transferSyntaxUID: "1")
    }

    /// As an upload does it; false when there is no room.
    private func store(_ name: String, size: Int = 100, in delivery: inout Delivery) -> Bool {
        guard delivery.instanceComplete(key: "\(name).dcm", size: size) else {
            delivery.instanceFailed()
            return false
        }
        delivery.instanceStored(instance(name, size: size))
        return true
    }

    @Test("It is quiet when nothing is on its way and no association holds it")
    func quiet() {
        var delivery = delivery()
        delivery.associationHolds("a")
        delivery.instanceBegan(studyDate: nil)
        #expect(!delivery.isQuiet)
        let isTaken = store("1", in: &delivery)
        #expect(isTaken)
        #expect(!delivery.isQuiet)
        delivery.associationEnded("a")
        #expect(delivery.isQuiet)
    }

    @Test("At its limit of instances nothing joins, and it closes when the last one is stored")
    func maximumInstances() {
        var delivery = delivery(instances: 2)
        delivery.instanceBegan(studyDate: nil)
        let isTaken = store("1", in: &delivery)
        #expect(isTaken)
        #expect(delivery.closeReason == nil)
        delivery.instanceBegan(studyDate: nil)
        #expect(delivery.closeReason == .maximumInstances)
        #expect(!delivery.isReadyToClose)
        let isLastTaken = store("2", in: &delivery)
        #expect(isLastTaken)
        #expect(delivery.isReadyToClose)
    }

    @Test("At its limit of bytes it closes")
    func maximumBytes() {
        var delivery = delivery(bytes: 150)
        for name in ["1", "2"] {
            delivery.instanceBegan(studyDate: nil)
            let isTaken = store(name, in: &delivery)
            #expect(isTaken)
        }
        #expect(delivery.closeReason == .maximumBytes)
    }

    @Test("What one import job would not take with the rest is not to be published, and closes the delivery")
    func largerThanAJob() throws {
        var delivery = delivery(bytes: HealthImagingLimits.maximumBytes)
        delivery.instanceBegan(studyDate: nil)
        delivery.instanceBegan(studyDate: nil)
        let isTaken = store("1", size: 6_000_000_000, in: &delivery)
        #expect(isTaken)
        let isTakenToo = store("2", size: 6_000_000_000, in: &delivery)
        #expect(!isTakenToo)
        #expect(delivery.isReadyToClose)
        #expect(delivery.manifest(task: TaskID(), closedAt: opened)?.instances.map(\.sopInstanceUID) == ["1"])
    }

    @Test("Instances that are published side by side count together")
    func announced() {
        var delivery = delivery(bytes: HealthImagingLimits.maximumBytes)
        let hasRoom = delivery.instanceComplete(key: "1.dcm", size: 6_000_000_000)
        #expect(hasRoom)
        let hasRoomToo = delivery.instanceComplete(key: "2.dcm", size: 6_000_000_000)
        #expect(!hasRoomToo)
        // The object may stand there although its store failed.
        delivery.instanceBegan(studyDate: nil)
        delivery.instanceFailed()
        let hasRoomAfterwards = delivery.instanceComplete(key: "2.dcm", size: 6_000_000_000)
        #expect(!hasRoomAfterwards)
    }

    @Test("An instance that failed counts: its object may stand there, and an import job would take it")
    func failuresCount() {
        var delivery = delivery(instances: 3)
        for _ in 0..<2 {
            delivery.instanceBegan(studyDate: nil)
            delivery.instanceFailed()
        }
        #expect(delivery.closeReason == nil)
        delivery.instanceBegan(studyDate: nil)
        #expect(delivery.closeReason == .maximumInstances)
    }

    @Test("An instance that is sent again replaces itself; the first study date counts")
    func replacement() throws {
        var delivery = delivery()
        for (size, date) in [(100, nil), (200, "20261123"), (300, "20261124")] as [(Int, String?)] {
            delivery.instanceBegan(studyDate: date)
            let isTaken = store("1", size: size, in: &delivery)
            #expect(isTaken)
        }
        delivery.seal(.quiet)
        let manifest = try #require(delivery.manifest(task: TaskID(), closedAt: opened))
        #expect(manifest.instances == [instance("1", size: 300)])
        #expect(manifest.studyDate == "20261123")
        #expect(manifest.callingAETitle == "CT1")
    }

    @Test("Without an instance there is nothing to import")
    func empty() {
        var delivery = delivery()
        delivery.instanceBegan(studyDate: nil)
        delivery.instanceFailed()
        delivery.seal(.quiet)
        #expect(delivery.isReadyToClose)
        #expect(delivery.manifest(task: TaskID(), closedAt: opened) == nil)
    }
}
