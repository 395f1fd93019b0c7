// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The instances stored under the prefix of a delivery, from a listing.
struct StoredInstances: Sendable {
    let bucket: any IntakeBucket

    func list(of delivery: DeliveryID) async throws -> [DeliveryManifest.Instance] {
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
        return listing.objects.compactMap {
            DeliveryManifest.Instance(listed: $0.key, size: $0.size, in: delivery)
        }
    }
}
