// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline
import Logging

/// An object of the inbox in a listing. The log names it by its delivery, since its writer chose the key.
struct ListedInboxObject: SweepItem {
    let object: S3Client.ListedObject
    let delivery: DeliveryID

    init(_ object: S3Client.ListedObject) {
        self.object = object
        delivery = InboxIntake.delivery(of: object)
    }

    var key: String { object.key }
    var metadata: Logger.Metadata { ["deliveryId": "\(delivery)"] }
}
