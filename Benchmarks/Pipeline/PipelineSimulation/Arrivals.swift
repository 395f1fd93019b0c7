import SeededRandom

/// Deliveries that are closed as one by one come, each with one study.
package enum Arrivals {
    /// `count` at random times within `seconds`.
    package static func random(
        _ count: Int, within seconds: Double, images: Int = 4, seed: UInt64 = 7
    ) -> [ClosedDelivery] {
        var random = SplitMix64(seed: seed)
        return (0..<count).map { _ in random.seconds(0...seconds) }.sorted().map {
            ClosedDelivery(closedAt: $0, lastAcknowledged: [$0], images: images)
        }
    }

    /// Each image of the deliveries as one of its own.
    package static func byImage(_ deliveries: [ClosedDelivery]) -> [ClosedDelivery] {
        deliveries.flatMap { delivery in
            repeatElement(
                ClosedDelivery(closedAt: delivery.closedAt, lastAcknowledged: [delivery.closedAt], images: 1),
                count: delivery.images)
        }
    }
}
