// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOMNetwork
import FoundationEssentials
import ImportPipeline
import Logging

/// The receiver without its network and its process: the parts that receive instances, and the order in which they
/// start and end.
///
/// The simulation in Tests/Simulation runs this code unchanged, with its own clock, randomness and tasks.
package final class ReceiverCore: Sendable {
    /// The sources of time, delivery IDs and tasks.
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

    /// Decides on associations and receives their instances.
    package var service: any AssociationService { storage }
    let storage: StorageService
    let counts: ReceiverCounts
    let associations: OpenAssociations
    let deliveries: Deliveries
    /// `nil`: storage commitment is refused.
    let commitments: Commitments?
    let routing: Routing
    private let lease: HeldLease
    private let uploads = UploadsInProgress()

    /// `routes`: those of an object, which are not in the configuration.
    init(
        configuration: Configuration, routes: RouteTable?, task: TaskID, store: any InstanceStore,
        commitments: Commitments? = nil, surroundings: Surroundings = Surroundings(), logger: Logger
    ) {
        self.commitments = commitments
        counts = ReceiverCounts(routes: configuration.countedRoutes)
        associations = OpenAssociations(limits: configuration.network.associations)
        routing = Routing(routes ?? configuration.routes.table ?? .none, associations: associations)
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
            routing: routing, uploads: uploads, counts: counts, commitments: commitments,
            commitmentLimits: CommitmentRequestLimits(
                maximumReferences: configuration.commitment.limits.maximumReferences),
            logger: logger)
    }

    package convenience init(
        configuration: Configuration, task: TaskID, store: any InstanceStore,
        commitments: Commitments? = nil, surroundings: Surroundings = Surroundings(), logger: Logger
    ) {
        self.init(
            configuration: configuration, routes: nil, task: task, store: store, commitments: commitments,
            surroundings: surroundings,
            logger: logger)
    }

    /// Whether instances can be acknowledged: the store has taken the task lease, and it has not run out since.
    package var holdsLease: Bool { lease.term != nil }

    /// Begins the work on storage commitment, and takes the lease before the first delivery needs it. An error says why the store did not take it; the attempts go
    /// on.
    package func begin() async throws {
        await commitments?.begin()
        _ = try await lease.acquire()
    }

    /// Closes all deliveries and deletes the lease. `drain` ends the associations: no instance begins after it has
    /// returned.
    package func end(drain: @escaping @Sendable () async -> Void) async {
        // Complete deliveries close at once and do not wait for associations that still send.
        async let closed: Void = deliveries.shutDown()
        // No further looks and reports begin. What is left, other tasks do.
        async let committed: Void? = commitments?.end()
        await drain()
        await closed
        // Closes the deliveries of instances that arrived in the meantime, and waits until cut-off instances are
        // discarded.
        await deliveries.shutDown()
        await uploads.waitUntilNone()
        await committed
        await lease.release()
    }
}
