// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// Each call of StartDICOMImportJob has a new client token.
final class AnotherClientToken: Mutant {
    override func starts(_ network: Network, _ world: World, message number: Int) -> SimulatedStarts {
        Starts(network: network, queue: world.startQueue, number: number) { world.faults }
    }

    // Sendable: a run has one thread.
    private final class Starts: SimulatedStarts, @unchecked Sendable {
        private var count = 0

        override func clientToken(of state: ImportStart) -> String {
            count += 1
            return "\(super.clientToken(of: state)) \(network.process.name) \(count)"
        }
    }
}

/// The queue has no message groups: a message does not wait for the one before it.
final class QueueWithoutGroups: Mutant {
    override var startsAreGrouped: Bool { false }
}
