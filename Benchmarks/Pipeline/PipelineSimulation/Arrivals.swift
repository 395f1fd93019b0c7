// SPDX-License-Identifier: Apache-2.0

import SeededRandom

/// Deliveries of one study each, at the times at which they close.
package enum Arrivals {
    /// `count` deliveries at random times within `seconds`.
    package static func random(
        _ count: Int, within seconds: Double, images: Int = 4, seed: UInt64 = 7
    ) -> [ClosedDelivery] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in random.seconds(0...seconds) }.sorted().map {
            ClosedDelivery(closedAt: $0, lastAcknowledged: [$0], images: images)
        }
    }

    /// Makes a delivery of each image.
    package static func byImage(_ deliveries: [ClosedDelivery]) -> [ClosedDelivery] {
        deliveries.flatMap { delivery in
            repeatElement(
                ClosedDelivery(closedAt: delivery.closedAt, lastAcknowledged: [delivery.closedAt], images: 1),
                count: delivery.images)
        }
    }
}
