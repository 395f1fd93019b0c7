// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import SampleDocuments

@testable import ImportIntake

extension ModelBucket {
    func put(_ document: some Encodable, key: String) {
        self[key] = (try? PipelineJSON.encode(document)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// An open marker, and an instance below the prefix of the delivery.
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
