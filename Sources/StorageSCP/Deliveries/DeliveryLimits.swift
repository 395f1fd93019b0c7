// SPDX-License-Identifier: Apache-2.0

/// When a delivery closes. Then its instances are imported, and the next instance of its study opens another delivery.
package struct DeliveryLimits: Sendable, Equatable {
    /// How long no instance arrives and no association holds the delivery until it closes.
    package var quietSeconds: Int
    /// The same for a sender that is known to send each study over one association, see `SenderQuietTimes`; `nil` when
    /// there is no shorter time.
    package var shortQuietSeconds: Int?
    package var maximumInstances: Int
    /// The delivery is sealed when its stored and published instances reach this size. Instances that are being
    /// received then still belong to it.
    package var maximumBytes: Int
    package var maximumAgeSeconds: Int
}
