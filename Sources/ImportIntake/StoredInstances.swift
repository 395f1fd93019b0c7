// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The instances stored under the prefix of a delivery, from a listing.
struct StoredInstances: Sendable {
    let bucket: any IntakeBucket

    func list(of delivery: DeliveryID) async throws -> ListedInstances {
        let listing = try await bucket.list(
            prefix: BucketLayout.prefix(of: delivery), startingAfter: nil,
            maximum: HealthImagingLimits.maximumInstances)
        guard listing.isComplete else {
            throw DocumentError(
                path: BucketLayout.prefix(of: delivery),
                expected:
                    "at most \(HealthImagingLimits.maximumInstances) objects, which one import job takes, but there are more"
            )
        }
        var listed = ListedInstances()
        for object in listing.objects {
            listed.add(key: object.key, size: object.size, lastModified: object.lastModified, in: delivery)
        }
        return listed
    }
}
