// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline
import Logging

/// An audit in a listing.
struct ListedAudit: SweepItem {
    let key: String
    let delivery: DeliveryID
    let size: Int

    /// `nil` if the key names no delivery.
    init?(_ object: S3Client.ListedObject) {
        guard let delivery = BucketLayout.delivery(ofAuditKey: object.key) else { return nil }
        key = object.key
        self.delivery = delivery
        size = object.size
    }

    var metadata: Logger.Metadata { ["deliveryId": "\(delivery)"] }
}
