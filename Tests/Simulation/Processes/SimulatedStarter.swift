// SPDX-License-Identifier: Apache-2.0

import ImportPipeline
import StartQueue

/// One invocation of StartImportJob: its real parts, connected in the same way as in its process.
// Sendable: a run has one thread.
final class SimulatedStarter: @unchecked Sendable {
    private static let timeout = Duration.seconds(60)
    /// The time limit of a function whose process is frozen, which Lambda ends late.
    private static let longest = Duration.seconds(900)

    let process: SimulatedProcess
    private let starts: QueuedStarts
    private let spawn: TaskSpawner
    private let end: SimulatedClock.Instant

    init(_ name: String, message number: Int, world: World) {
        let process = world.makeProcess(name)
        self.process = process
        spawn = TaskSpawner(executor: process)
        let network = Network(of: process) { world.faults }
        let seen = world.mutant.starts(network, world, message: number)
        let scheduler = process.scheduler
        starts = QueuedStarts(
            jobs: seen, executions: seen, messages: seen, clock: process.clock,
            random: { Double.random(in: 0...1, using: &scheduler.random) }, now: { process.clock.date }, metrics: nil)
        end = process.clock.now.advanced(by: Self.timeout)
        scheduler.after(Self.longest) { process.die() }
    }

    func take(_ message: QueueMessage, done: @escaping (Bool) -> Void) {
        let once = Once(done)
        process.onDeath.append { once.call(false) }
        let (clock, end) = (process.clock, end)
        spawn { [self] in
            let failed = try? await starts.failures(
                among: [message], remaining: { clock.now.duration(to: end) }, logger: World.logger)
            once.call(failed == [])
            process.die()
        }
    }
}
