// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportPipeline
import Logging
import StorageSCP

/// One task of the receiver: its real core, with a simulated network.
// Sendable: a run has one thread.
final class SimulatedReceiver: @unchecked Sendable {
    /// After SIGTERM: how long associations may go on, and how long until the process is killed.
    private static let drainTimeout = Duration.seconds(20)
    private static let killTimeout = Duration.seconds(25)

    let world: World
    let process: SimulatedProcess
    let store: SimulatedStore
    let core: ReceiverCore
    let task: TaskID
    private(set) var isDraining = false
    private var associations: [SimulatedAssociation] = []
    private let spawn: TaskSpawner

    init(number: Int, world: World) {
        self.world = world
        let process = world.makeProcess("receiver \(number)", hasEventLoop: true)
        self.process = process
        store = world.mutant.receiverStore(Network(of: process) { world.faults }, world.bucket)
        spawn = TaskSpawner(executor: process)
        let scheduler = process.scheduler
        task = TaskID(using: &scheduler.random)
        core = ReceiverCore(
            configuration: world.configuration, task: task, store: store,
            surroundings: ReceiverCore.Surroundings(
                clock: world.mutant.receiverClock(process.clock, store), now: { process.clock.date },
                newID: { DeliveryID(openedAt: $0, using: &scheduler.random) }, spawn: spawn),
            logger: World.logger)
    }

    func begin() {
        spawn { [core] in try await core.begin() }
    }

    /// Returns `nil` if the receiver accepts no associations any more.
    func associate(id: String, callingAETitle: String, calledAETitle: String) -> SimulatedAssociation? {
        guard !isDraining else { return nil }
        let association = SimulatedAssociation(
            id: id, callingAETitle: callingAETitle, calledAETitle: calledAETitle, receiver: self)
        associations.append(association)
        return association
    }

    func associationEnded(_ association: SimulatedAssociation) {
        associations.removeAll { $0 === association }
    }

    /// Shuts down as after SIGTERM. Afterwards the process is dead.
    func end() {
        guard !isDraining else { return }
        isDraining = true
        process.scheduler.note("ends in order", by: process.name)
        spawn { [self] in
            await core.end { [self] in await drain() }
            process.die()
        }
        spawn { [self] in
            try? await process.clock.sleep(for: Self.killTimeout)
            process.die()
        }
    }

    /// Releases everything that the receiver holds, after the end of the run.
    func unwind() {
        isDraining = true
        process.perform { [self] in
            for association in associations { association.end() }
        }
        spawn { [core] in await core.end {} }
    }

    private func drain() async {
        let end = process.clock.now.advanced(by: Self.drainTimeout)
        while !associations.isEmpty, process.clock.now < end, process.condition != .unwinding {
            try? await process.clock.sleep(for: .milliseconds(500))
        }
        for association in associations { association.end() }
    }
}
