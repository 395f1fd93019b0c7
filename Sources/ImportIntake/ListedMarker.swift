// SPDX-License-Identifier: Apache-2.0

import AWS
import FoundationEssentials
import ImportPipeline
import Logging

/// An open marker in a listing: its key names the task and the delivery.
struct ListedMarker: SweepItem {
    let key: String
    let task: TaskID
    let delivery: DeliveryID
    let writtenAt: Date
    let size: Int

    /// `nil` if the key names no delivery.
    init?(_ object: S3Client.ListedObject) {
        guard let (task, delivery) = BucketLayout.openMarker(ofKey: object.key) else { return nil }
        key = object.key
        self.task = task
        self.delivery = delivery
        writtenAt = object.lastModified
        size = object.size
    }

    var metadata: Logger.Metadata { ["deliveryId": "\(delivery)", "task": "\(task)"] }
}
