/// A delivery that a receiver has closed.
package struct ClosedDelivery: Sendable {
    package var closedAt: Double
    /// When the last instance of each of its studies was acknowledged.
    package var lastAcknowledged: [Double]
    package var images: Int

    package init(closedAt: Double, lastAcknowledged: [Double], images: Int) {
        self.closedAt = closedAt
        self.lastAcknowledged = lastAcknowledged
        self.images = images
    }
}
