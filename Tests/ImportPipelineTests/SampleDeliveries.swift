import Foundation

@testable import ImportIntake
@testable import ImportPipeline

/// Deliveries for tests to lay down in a bucket.
enum SampleDeliveries {
    static let task = TaskID("0123456789abcdef") ?? TaskID()

    static func id(_ number: Int) -> DeliveryID {
        DeliveryID(openedAt: Date(timeIntervalSince1970: 1_795_477_912), randomness: UInt64(number), 0)
    }

    static func open(_ id: DeliveryID, task: TaskID = task) -> OpenDelivery {
        OpenDelivery(
            deliveryId: id, task: task, studies: [.init(studyInstanceUID: "1.2", studyDate: nil)],
            callingAETitle: "CT1",
            calledAETitle: "STORESCP", peer: "127.0.0.1", openedAt: Date(timeIntervalSince1970: 1_795_477_912))
    }

    static func key(_ id: DeliveryID, _ instance: String = "1.4") -> String {
        BucketLayout.instanceKey(id, study: "1.2", series: "1.3", instance: instance)
    }

    static func instance(_ id: DeliveryID, _ instance: String = "1.4") -> DeliveryManifest.Instance {
        .init(
            key: key(id, instance), size: 1, checksumCRC32: nil, sopClassUID: nil, sopInstanceUID: instance,
            seriesInstanceUID: "1.3", transferSyntaxUID: nil)
    }

    static func manifest(_ id: DeliveryID, _ instances: [String] = ["1.4"], task: TaskID = task) -> DeliveryManifest {
        open(id, task: task).manifest(
            closedAt: Date(timeIntervalSince1970: 1_795_478_000), instances: instances.map { instance(id, $0) })
    }
}

extension ModelBucket {
    func put(_ document: some Encodable, key: String) {
        self[key] = (try? PipelineJSON.encode(document)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// An open marker, and an instance below the delivery's prefix.
    func lay(_ id: DeliveryID, task: TaskID = SampleDeliveries.task, instances: [String] = ["1.4"]) {
        put(SampleDeliveries.open(id, task: task), key: BucketLayout.openMarkerKey(of: id, task: task))
        for instance in instances { self[SampleDeliveries.key(id, instance)] = "x" }
    }

    func hasMarker(of id: DeliveryID, task: TaskID = SampleDeliveries.task) -> Bool {
        self[BucketLayout.openMarkerKey(of: id, task: task)] != nil
    }

    func layLease(of task: TaskID = SampleDeliveries.task, seconds: Int = 60) {
        put(TaskLease(seconds: seconds), key: BucketLayout.taskLeaseKey(of: task))
    }

    func manifest(_ id: ImportID) -> DeliveryManifest? {
        self[BucketLayout.manifestKey(of: id)].flatMap {
            try? PipelineJSON.decode(DeliveryManifest.self, from: Array($0.utf8))
        }
    }
}
