/// How many deliveries, and how much of them, one task may hold. Beyond it senders wait or are told to try again.
struct DeliveryCapacity: Sendable, Equatable {
    /// Deliveries whose markers are being written at once; nil: any number. Further ones wait.
    var maximumOpenings: Int?
    /// Deliveries whose manifests are being written at once.
    var maximumClosings = 11
    /// Deliveries whose marker was begun and whose manifest is not written. At the limit the one that has been quiet the
    /// longest closes early.
    var maximumOpen = 5_000
    /// Instances in all deliveries whose manifests are not written. From half of it on, the oldest deliveries close early.
    var maximumInstances = 200_000
    /// Deliveries of one calling AE title and study that repeat one another: beyond it an instance is refused.
    var maximumRepeats = 16
}

extension DeliveryCapacity {
    /// A third of the connections for documents is for openings, so that closing does not fall behind.
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
