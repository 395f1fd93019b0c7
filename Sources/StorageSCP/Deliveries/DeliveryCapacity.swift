// SPDX-License-Identifier: Apache-2.0

/// How many deliveries and instances one task may hold. Beyond these limits, senders wait or are told to try again.
struct DeliveryCapacity: Sendable, Equatable {
    /// The number of open markers that are written at the same time; `nil` for any number. Other deliveries wait.
    var maximumOpenings: Int?
    /// The number of manifests that are written at the same time.
    var maximumClosings = 11
    /// The number of deliveries whose opening has begun and whose manifest is not written. At the limit, the delivery
    /// that has been quiet longest closes early.
    var maximumOpen = 5_000
    /// The number of instances in all deliveries whose manifests are not written. Above half of it, the oldest
    /// deliveries close early.
    var maximumInstances = 200_000
    /// A calling AE title may have this many times the instances that are free: nearly all if it is alone. One whose
    /// deliveries never close leaves a part for each of the others.
    static let shareFactor = 8
    /// The length of a chain of deliveries that each repeat the one before. An instance that would make it longer is
    /// refused.
    var maximumRepeats = 16
}

extension DeliveryCapacity {
    /// By default a third of the connections for documents is for openings, so that closing does not fall behind.
    init(_ settings: Settings, connections: Int) throws(ConfigurationError) {
        let openings =
            try settings.integer(ReceiverSettings.maximumOpenings, in: 0...(connections - 1)) ?? max(1, connections / 3)
        self.init(
            maximumOpenings: openings == 0 ? nil : openings, maximumClosings: connections - openings,
            maximumOpen: try settings.integer(ReceiverSettings.maximumOpenDeliveries),
            maximumInstances: try settings.integer(ReceiverSettings.maximumOpenInstances),
            maximumRepeats: try settings.integer(ReceiverSettings.maximumRepeats))
    }
}
