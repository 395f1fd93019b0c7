// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import ImportIntake
import ImportPipeline

/// One invocation of TriggerImport: its real parts, connected in the same way as in its process.
// Sendable: a run has one thread.
final class SimulatedFunction: @unchecked Sendable {
    private static let timeout = Duration.seconds(120)
    /// The time limit of a function whose process is frozen, which Lambda ends late.
    private static let longest = Duration.seconds(900)
    private static let auditAfter: TimeInterval = 86_400

    let process: SimulatedProcess
    private let intake: ObjectIntake
    private let sweeping: Sweep
    private let time: WorkingTime
    private let spawn: TaskSpawner

    init(_ name: String, world: World) {
        let process = world.makeProcess(name)
        self.process = process
        spawn = TaskSpawner(executor: process)
        let network = Network(of: process) { world.faults }
        let bucket = world.mutant.bucket(network, world.bucket)
        bucket.onLeases = { world.leasesAreListed(by: process) }
        let bus = SimulatedBus(network: network, ledger: world.ledger)
        var markersListedAt = Duration.zero
        bucket.onMarkers = { markersListedAt = world.scheduler.time }
        // What a receiver acknowledges while its clock stands still may be found by a second look only.
        bus.onDecision = { if !world.hadPause { world.ledger.check($0, markersListedAt: markersListedAt) } }
        let executions = world.mutant.executions(network, world)
        let clock = process.clock
        let studies = world.mutant.studies(network, world)
        studies.onRead = { world.studyIsRead(by: process) }
        let register = StudyRegister(
            items: studies, datastoreID: SimulatedRoutes.standard, quiet: world.studyQuiet, clock: clock,
            now: { clock.date }, metrics: nil)
        let starter = ImportStarter(
            executions: executions, table: SimulatedTable(ledger: world.ledger), studies: register, rows: nil,
            events: nil, now: { clock.date }, metrics: nil)
        let manifests = ManifestIntake(
            bucket: bucket, bucketName: ModelledBucket.name, starter: starter, outputRoot: "s3://results/",
            datastores: SimulatedRoutes.datastores)
        let inbox = InboxIntake(
            bucket: SimulatedInbox(network: network, bucket: world.bucket), bucketName: ModelledBucket.name,
            starter: starter, outputRoot: "s3://results/", taken: world.inboxTaken)
        intake = ObjectIntake(bucketName: ModelledBucket.name, manifests: manifests, inbox: inbox, metrics: nil)
        let settling = StudyEvents(bus: bus, metrics: nil).map {
            StudySettling(
                items: studies, events: $0, datastoreID: SimulatedRoutes.standard, bucket: bucket,
                executions: executions, now: { clock.date })
        }
        sweeping = Sweep(
            bucket: bucket, manifests: manifests, inbox: inbox, settling: settling,
            table: SimulatedTable(ledger: world.ledger),
            auditAfter: Self.auditAfter, now: { clock.date }, clock: clock)
        let end = clock.now.advanced(by: Self.timeout)
        time = WorkingTime { clock.now.duration(to: end) }
        process.scheduler.after(Self.longest) { process.die() }
    }

    func take(_ object: CreatedObject, done: @escaping (Bool) -> Void) {
        let once = Once(done)
        process.onDeath.append { once.call(false) }
        let batch = ObjectBatch(time: time, clock: process.clock, logger: World.logger, metrics: nil) { [intake] in
            try await intake.take($0, logger: World.logger)
        }
        spawn { [self] in
            let isDone = (try? await batch.results(of: [object])) != nil
            once.call(isDone)
            process.die()
        }
    }

    func sweep() {
        spawn { [self] in
            _ = await sweeping.run(within: time, logger: World.logger)
            process.die()
        }
    }
}
