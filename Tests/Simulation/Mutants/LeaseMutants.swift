// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// An instance is acknowledged whenever the lease is held, even if the lease was lost and regained since its delivery
/// was opened. A lease term never ends, because at the end of each renewal the clock shows the time at which it was
/// made.
final class NoTermCheck: Mutant {
    override func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        LeaseWatchingStore(network: network, bucket: bucket)
    }

    override func receiverClock(_ clock: SimulatedClock, _ store: SimulatedStore) -> any Clock<Duration> {
        guard let store = store as? LeaseWatchingStore else { return clock }
        return LyingClock(clock) { store.takeAnswer() ? .reset : .truth }
    }
}

/// The lease counts from the answer to its renewal and not from the request: the clock stops in between.
final class LeaseFromAnswer: Mutant {
    override func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        LeaseWatchingStore(network: network, bucket: bucket)
    }

    override func receiverClock(_ clock: SimulatedClock, _ store: SimulatedStore) -> any Clock<Duration> {
        guard let store = store as? LeaseWatchingStore else { return clock }
        return LyingClock(clock) { .behind(store.waited) }
    }
}

/// The lease is never written, so that sweeps take a task for dead that still acknowledges.
final class LeaseNotWritten: Mutant {
    override func receiverStore(_ network: Network, _ bucket: ModelledBucket) -> SimulatedStore {
        Store(network: network, bucket: bucket)
    }

    // Sendable: a run has one thread.
    private final class Store: SimulatedStore, @unchecked Sendable {
        override func putDocument(_ body: [UInt8], key: String) async throws {
            if !key.hasPrefix("tasks/") { try await super.putDocument(body, key: key) }
        }
    }
}
