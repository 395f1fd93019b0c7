import DICOMNetwork
import FoundationEssentials
import ImportPipeline
import Logging

/// The receiver without its network and its process: what takes instances, and the order in which its parts begin and end.
///
/// The simulation in Tests/Simulation runs it as it is, with a clock, randomness and tasks of its own.
package final class ReceiverCore: Sendable {
    /// Where time, names and tasks come from.
    package struct Surroundings: Sendable {
        let clock: any Clock<Duration>
        let now: @Sendable () -> Date
        let newID: @Sendable (Date) -> DeliveryID
        let spawn: TaskSpawner

        package init(
            clock: any Clock<Duration> = ContinuousClock(), now: @escaping @Sendable () -> Date = { Date() },
            newID: @escaping @Sendable (Date) -> DeliveryID = { DeliveryID(openedAt: $0) },
            spawn: TaskSpawner = TaskSpawner()
        ) {
            self.clock = clock
            self.now = now
            self.newID = newID
            self.spawn = spawn
        }
    }

    /// What decides on associations and takes their instances.
    package var service: any AssociationService { storage }
    let storage: StorageService
    let counts = ReceiverCounts()
    let associations: OpenAssociations
    let deliveries: Deliveries
    private let lease: HeldLease
    private let uploads = UploadsInProgress()

    package init(
        configuration: Configuration, task: TaskID, store: any InstanceStore,
        surroundings: Surroundings = Surroundings(),
        logger: Logger
    ) {
        associations = OpenAssociations(limits: configuration.network.associations)
        lease = HeldLease(
            task: task, store: store.leases, seconds: configuration.taskLeaseSeconds, clock: surroundings.clock,
            spawn: surroundings.spawn, logger: logger)
        deliveries = Deliveries(
            store: store, limits: configuration.delivery, capacity: configuration.deliveryCapacity,
            pace: configuration.openingPace, lease: lease, associations: associations, counts: counts,
            clock: surroundings.clock, now: surroundings.now,
            newID: surroundings.newID, spawn: surroundings.spawn, logger: logger)
        storage = StorageService(
            configuration: configuration, store: store, deliveries: deliveries, associations: associations,
            uploads: uploads, counts: counts, logger: logger)
    }

    /// Takes the lease ahead of the first delivery.
    package func begin() async {
        await lease.begin()
    }

    /// Closes all deliveries and gives the lease back. `drain` ends the associations: no instance begins after it.
    package func end(drain: @escaping @Sendable () async -> Void) async {
        // What is complete is closed at once, whatever the associations that still send take.
        async let closed: Void = deliveries.shutDown()
        await drain()
        await closed
        // What came in the meantime, and what was cut short is cleared away.
        await deliveries.shutDown()
        await uploads.waitUntilNone()
        await lease.release()
    }
}
