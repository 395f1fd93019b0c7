// SPDX-License-Identifier: Apache-2.0

import Foundation
import ImportPipeline

/// Deliveries that tests put into a bucket.
package enum SampleDeliveries {
    package static let task = TaskID("0123456789abcdef") ?? TaskID()

    package static func id(_ number: Int) -> DeliveryID {
        DeliveryID(openedAt: Date(timeIntervalSince1970: 1_795_477_912), randomness: UInt64(number), 0)
    }

    package static func open(_ id: DeliveryID, task: TaskID = task, datastore: String? = nil) -> OpenDelivery {
        OpenDelivery(
            deliveryId: id, task: task, studies: [.init(studyInstanceUID: "1.2", studyDate: nil)],
            callingAETitle: "CT1", calledAETitle: "STORESCP", peer: "127.0.0.1",
            route: datastore.map { _ in "research" }, datastoreId: datastore,
            openedAt: Date(timeIntervalSince1970: 1_795_477_912))
    }

    package static func key(_ id: DeliveryID, _ instance: String = "1.4") -> String {
        BucketLayout.instanceKey(id, study: "1.2", series: "1.3", instance: instance)
    }

    package static func instance(_ id: DeliveryID, _ instance: String = "1.4") -> DeliveryManifest.Instance {
        .init(
            key: key(id, instance), size: 1, checksumCRC32: nil, sopClassUID: nil, sopInstanceUID: instance,
            seriesInstanceUID: "1.3", transferSyntaxUID: nil)
    }

    package static func manifest(
        _ id: DeliveryID, _ instances: [String] = ["1.4"], task: TaskID = task, datastore: String? = nil
    ) -> DeliveryManifest {
        open(id, task: task, datastore: datastore).manifest(
            closedAt: Date(timeIntervalSince1970: 1_795_478_000),
            of: ListedInstances(instances.map { instance(id, $0) }))
    }
}
