/// When a delivery closes, so that what came is imported and the next instance of its study opens another.
package struct DeliveryLimits: Sendable, Equatable {
    /// Without an instance, and without an association that sent one, for so long.
    package var quietSeconds: Int
    /// The same where its sender is known to send a study over one association, see `SenderQuietTimes`; nil: no other.
    package var shortQuietSeconds: Int?
    package var maximumInstances: Int
    /// Reached by what is stored; instances that are on their way by then still belong to it.
    package var maximumBytes: Int
    package var maximumAgeSeconds: Int
}
