/// What the real code is given instead of what it should have. This one is none: each of the others does wrong what it is named
/// after.
class Mutant {
    init() {}

    func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        SimulatedStore(network: network, bucket: bucket)
    }

    func receiverClock(_ clock: SimulatedClock, _ store: SimulatedStore) -> any Clock<Duration> { clock }

    func bucket(_ network: Network, _ bucket: ModelledBucket) -> SimulatedIntakeBucket {
        SimulatedIntakeBucket(network: network, bucket: bucket)
    }

    /// Of the start queue: whether a message waits until the one before is done with.
    var startsAreGrouped: Bool { true }

    func starts(_ network: Network, _ world: World, message number: Int) -> SimulatedStarts {
        SimulatedStarts(network: network, queue: world.startQueue, number: number) { world.faults }
    }

    func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        SimulatedExecutions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }
}
