// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import FoundationEssentials
import ImportIntake
import ImportPipeline
import Logging
import SeededRandom
import StorageSCP

/// One run: receivers, senders and functions share one bucket, until everything should have been imported.
// Sendable: a run has one thread.
final class World: @unchecked Sendable {
    static let logger = Logger(label: "simulation") { _ in SwiftLogNoOpLogHandler() }
    private static let maximumSteps = 200_000
    private static let maximumReceivers = 8

    let seed: UInt64
    let scheduler: Scheduler
    let bucket: ModelledBucket
    let mutant: Mutant
    private(set) var faults: Faults
    let configuration: Configuration
    /// Runs the senders and everything that happens at fixed times. No fault hits this process.
    let director: SimulatedProcess
    let stateMachine: ModelledStateMachine
    let studies: ModelledStudies
    let startQueue: ModelledStartQueue
    let ledger: Ledger
    let inboxTaken: InboxTaken
    /// In seconds.
    let studyQuiet: TimeInterval
    private var processes: [SimulatedProcess] = []
    private(set) var receivers: [SimulatedReceiver] = []
    private var associationCount = 0
    private var functionCount = 0
    /// A receiver's clock stood still at some time during the run.
    var hadPause = false
    /// Tasks that were taken for dead although they may be alive.
    var doomed: Set<TaskID> = []
    private var isOver = false
    private var isUnwinding = false
    private let queue: EventQueue

    init(seed: UInt64, mutant: Mutant, isTraced: Bool) throws {
        self.seed = seed
        self.mutant = mutant
        scheduler = Scheduler(seed: seed, isTraced: isTraced)
        bucket = ModelledBucket(scheduler: scheduler)
        stateMachine = ModelledStateMachine(scheduler: scheduler)
        studies = ModelledStudies(scheduler: scheduler)
        startQueue = ModelledStartQueue(scheduler: scheduler, isGrouped: mutant.startsAreGrouped)
        ledger = Ledger(bucket: bucket, stateMachine: stateMachine, startQueue: startQueue)
        faults = Faults(using: &scheduler.random)
        configuration = try Self.configuration(using: &scheduler.random)
        inboxTaken = scheduler.chance(0.5) ? .delete : .move
        studyQuiet = scheduler.chance(0.5) ? 10 : 60
        director = SimulatedProcess("director", number: 0, scheduler: scheduler)
        queue = EventQueue(scheduler: scheduler)
        queue.faults = { [unowned self] in faults }
        queue.onEvent = { [unowned self] object, done in startFunction("intake").take(object, done: done) }
        stateMachine.onViolation = { [unowned self] in ledger.violated($0) }
        stateMachine.onStart = { [unowned self] request, name in startQueue.enter(name, request) }
        startQueue.onViolation = { [unowned self] in ledger.violated($0) }
        startQueue.onMessage = { [unowned self] message, number, done in
            startStarter(ofMessage: number).take(message, done: done)
        }
        bucket.onRemoval = { [unowned self] in ledger.removed($0) }
        bucket.onPut = { [unowned self] key, object, replaced in
            ledger.put(key, object, replaced)
            queue.created(key, object)
            if let delivery = BucketLayout.delivery(ofAuditKey: key) { closedInPlace(of: delivery) }
        }
    }

    /// Returns what went wrong; `nil` if nothing did.
    func run() -> String? {
        let spawn = TaskSpawner(executor: director)
        spawn { [self] in
            await play()
            isOver = true
        }
        let isComplete = scheduler.run(
            until: { isOver || ledger.violation != nil }, maximumSteps: Self.maximumSteps)
        if !isComplete { ledger.violated("the run did not end") }
        let violation = ledger.violation
        unwind()
        return violation
    }

    // MARK: What processes ask for

    func makeProcess(_ name: String, hasEventLoop: Bool = false) -> SimulatedProcess {
        let process = SimulatedProcess(
            name, number: processes.count + 1, scheduler: scheduler,
            skew: .milliseconds(Int.random(in: -20_000...20_000, using: &scheduler.random)), hasEventLoop: hasEventLoop)
        processes.append(process)
        if isUnwinding { process.unwind() }
        return process
    }

    /// A receiver that accepts associations, chosen at random like a load balancer's choice.
    func receiver() -> SimulatedReceiver? {
        receivers.filter { !$0.isDraining && !$0.process.isOver }.randomElement(using: &scheduler.random)
    }

    func makeAssociationID() -> String {
        associationCount += 1
        return "association \(associationCount)"
    }

    /// Lets the process run `action` and waits for its answer. The result is `none()` if the process dies before it
    /// answers or takes longer than `patience`.
    func ask<Answer>(
        _ process: SimulatedProcess, within patience: Duration,
        _ action: @escaping @Sendable (@escaping @Sendable (Answer) -> Void) -> Void,
        orElse none: @escaping @Sendable () -> Answer
    ) async -> Answer {
        let answer: Unchecked<Answer> = await withCheckedContinuation { continuation in
            let once = Once { continuation.resume(returning: Unchecked($0)) }
            // At the end of the run no process answers any more.
            _ = director.wait { once.call(none()) }
            guard !process.isOver else { return once.call(none()) }
            process.onDeath.append { once.call(none()) }
            scheduler.after(patience) { once.call(none()) }
            process.perform { action { once.call($0) } }
        }
        return answer.value
    }

    func acknowledged(
        _ sent: SentInstance, on association: Association, key: String, receiver: SimulatedReceiver
    ) {
        let (title, called) = (association.callingAETitle, association.calledAETitle)
        scheduler.note("acknowledges", "\(title) \(called) \(key) content \(sent.content)", by: receiver.process.name)
        ledger.acknowledged(
            Ledger.Acknowledged(
                sent: sent, callingAETitle: title, datastoreID: SimulatedRoutes.datastore(of: called), key: key,
                time: scheduler.time))
        endIfDoomed(receiver)
    }

    // MARK: The course of a run

    private func play() async {
        startReceiver(after: .zero)
        startReceiver(after: scheduler.duration(from: .seconds(1), to: .seconds(200)))
        fillInbox()
        sweepAgainAndAgain()
        await withTaskGroup { group in
            for sender in senders() { group.addTask { await sender.run() } }
        }
        await rest(scheduler.duration(from: .seconds(1), to: .seconds(600)))
        for receiver in receivers { receiver.end() }
        await rest(scheduler.duration(from: .seconds(1), to: .seconds(600)))
        let faults = faults
        endFaults()
        for receiver in receivers { receiver.end() }
        await sweepInPeace(4)
        // If no clock stood still, leases alone ensure that everything was imported, without a second look.
        if !hadPause { ledger.checkImported() }
        await rest(.seconds(86_400))
        (scheduler.isCalm, self.faults) = (false, faults)
        sweepAgainAndAgain()
        await rest(scheduler.duration(from: .seconds(300), to: .seconds(1500)))
        endFaults()
        await sweepInPeace(6)
        ledger.check()
        ledger.checkStudies(studies)
    }

    private func endFaults() {
        scheduler.isCalm = true
        faults = .none
        for process in processes { process.goOn() }
    }

    private func rest(_ duration: Duration) async {
        try? await director.clock.sleep(for: duration)
    }

    private func sweepInPeace(_ count: Int) async {
        for _ in 0..<count {
            await rest(.seconds(300))
            startFunction("sweep").sweep()
        }
        await rest(.seconds(300))
    }

    private func sweepAgainAndAgain() {
        scheduler.after(scheduler.duration(from: .seconds(5), to: .seconds(300))) { [self] in
            guard !scheduler.isCalm else { return }
            for _ in 0..<(scheduler.chance(0.2) ? 3 : 1) { startFunction("sweep").sweep() }
            // A receiver may start while the sweep runs.
            if scheduler.chance(0.4) {
                startReceiver(after: scheduler.duration(from: .milliseconds(1), to: .seconds(60)))
            }
            sweepAgainAndAgain()
        }
    }

    private func startFunction(_ name: String) -> SimulatedFunction {
        functionCount += 1
        let function = SimulatedFunction("\(name) \(functionCount)", world: self)
        befall(function: function.process)
        return function
    }

    private func startStarter(ofMessage number: Int) -> SimulatedStarter {
        functionCount += 1
        let starter = SimulatedStarter("start \(functionCount)", message: number, world: self)
        befall(function: starter.process)
        return starter
    }

    /// Someone else puts single objects into the inbox.
    private func fillInbox() {
        for number in 0..<Int.random(in: 0...1, using: &scheduler.random) {
            let sent = SentInstance(
                study: "1.3.\(number)", series: "1.3.\(number).1", instance: "1.3.\(number).1.1", content: 7)
            let key = "\(BucketLayout.inbox)\(number).dcm"
            ledger.putIntoInbox(sent, key: key)
            scheduler.after(scheduler.duration(from: .seconds(1), to: .seconds(600))) { [self] in
                guard let file = sent.file else { return }
                bucket.put(file, key: key)
            }
        }
    }

    func startReceiver(after delay: Duration) {
        scheduler.after(delay) { [self] in
            guard receivers.count < Self.maximumReceivers, !scheduler.isCalm else { return }
            let receiver = SimulatedReceiver(number: receivers.count + 1, world: self)
            receivers.append(receiver)
            befall(receiver)
            receiver.begin()
        }
    }

    private func senders() -> [Sender] {
        (0..<Int.random(in: 1...4, using: &scheduler.random)).map { _ in
            let isSlow = scheduler.chance(0.4)
            let study = "1.2.\(Int.random(in: 1...2, using: &scheduler.random))"
            let content = UInt8.random(in: 1...3, using: &scheduler.random)
            let instances = (0..<Int.random(in: 1...(isSlow ? 8 : 4), using: &scheduler.random)).map { number in
                let series = Int.random(in: 1...2, using: &scheduler.random)
                // Slow senders repeat instances of others, but not their own.
                let name = isSlow ? number + 1 : Int.random(in: 1...2, using: &scheduler.random)
                return SentInstance(
                    study: study, series: "\(study).\(series)", instance: "\(study).\(series).\(name)",
                    content: content)
            }
            return Sender(
                world: self, callingAETitle: scheduler.chance(0.7) ? "CT" : "PACS",
                calledAETitle: SimulatedRoutes.calledAETitle(using: &scheduler.random), instances: instances,
                isSlow: isSlow)
        }
    }

    private static func configuration(using random: inout SplitMix64) throws -> Configuration {
        func choice(_ values: String...) -> String { values.randomElement(using: &random) ?? "" }
        return try Configuration(environment: [
            "DICOM_BUCKET": ModelledBucket.name, "ROUTES": SimulatedRoutes.json,
            "DELIVERY_QUIET_SECONDS": choice("5", "30"),
            "DELIVERY_MAXIMUM_AGE_SECONDS": choice("60", "3600"),
            // The second value puts nearly all studies of a sender into bundles.
            "DELIVERY_OPENING_SECONDS": choice("3", "600"),
            "DELIVERY_OPENING_BURST": choice("1", "20"),
            "DELIVERY_MAXIMUM_INSTANCES": choice("2", "5000", "5000"),
            "MAXIMUM_OPEN_DELIVERIES": choice("1", "5000", "5000"),
            "MAXIMUM_REPEATS": choice("1", "16"),
            // Clocks differ by at most 40 seconds, which is two of the shorter leases: the limit that the docs state.
            "TASK_LEASE_SECONDS": choice("60", "20"), "ALLOW_SHORT_LEASE": "true",
            "IMPORT_UNIT": choice("delivery", "delivery", "delivery", "instance"),
        ])
    }

    /// Swift tasks of dead processes would wait for ever and keep their memory: this ends them.
    private func unwind() {
        isUnwinding = true
        let all = processes + [director]
        for process in all { process.die() }
        for process in all { process.unwind() }
        for receiver in receivers { receiver.unwind() }
        scheduler.drain(maximumSteps: Self.maximumSteps)
        for process in all { process.eventLoop?.run() }
        receivers = []
        processes = []
    }
}
