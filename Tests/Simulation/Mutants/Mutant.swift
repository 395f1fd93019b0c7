// SPDX-License-Identifier: Apache-2.0

/// The surroundings that the real code gets. This class changes nothing; each subclass makes the one mistake that it is
/// named after.
class Mutant {
    init() {}

    func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        SimulatedStore(network: network, bucket: bucket)
    }

    func receiverClock(_ clock: SimulatedClock, _ store: SimulatedStore) -> any Clock<Duration> { clock }

    func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        SimulatedIntakeBucket(network: network, bucket: bucket)
    }

    /// Whether a message of the start queue waits until the message before it is done.
    var startsAreGrouped: Bool { true }

    func starts(_ network: Network, _ world: World, message number: Int) -> SimulatedStarts {
        SimulatedStarts(network: network, queue: world.startQueue, number: number) { world.faults }
    }

    func studies(_ network: Network, _ world: World) -> SimulatedStudies {
        SimulatedStudies(network: network, table: world.studies)
    }

    func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        SimulatedExecutions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }
}
