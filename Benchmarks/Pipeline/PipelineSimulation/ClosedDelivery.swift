// SPDX-License-Identifier: Apache-2.0

/// A delivery that a receiver has closed.
package struct ClosedDelivery: Sendable {
    package var closedAt: Double
    /// For each study the time at which its last instance was acknowledged.
    package var lastAcknowledged: [Double]
    package var images: Int

    package init(closedAt: Double, lastAcknowledged: [Double], images: Int) {
        self.closedAt = closedAt
        self.lastAcknowledged = lastAcknowledged
        self.images = images
    }
}
