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

    func executions(_ network: Network, _ world: World) -> SimulatedExecutions {
        SimulatedExecutions(network: network, stateMachine: world.stateMachine, bucket: world.bucket)
    }
}
