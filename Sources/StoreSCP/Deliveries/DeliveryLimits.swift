/// When a delivery closes, so that what came is imported and the next instance of its study opens another.
struct DeliveryLimits: Sendable, Equatable {
    /// Without an instance, and without an association that sent one, for so long.
    var quietSeconds: Int
    var maximumInstances: Int
    /// Reached by what is stored; instances that are on their way by then still belong to it.
    var maximumBytes: Int
    var maximumAgeSeconds: Int
}
