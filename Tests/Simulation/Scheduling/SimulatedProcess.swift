// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import NIOEmbedded

/// A process that can die between any two awaits, freeze, or run on a machine that is paused. It runs its Swift tasks
/// one step at a time, when the scheduler says so.
// Sendable: a run has one thread.
final class SimulatedProcess: TaskExecutor, @unchecked Sendable {
    enum Condition {
        case running
        /// Nothing runs, but its clock goes on.
        case frozen
        /// Nothing runs, and its clock stands still.
        case paused
        /// Nothing runs ever again.
        case dead
        /// The run has ended: everything that the process waits for fails, and nothing that it does has an effect.
        case unwinding
    }

    let name: String
    let number: Int
    let scheduler: Scheduler
    /// `nil` if the process does not use NIO.
    let eventLoop: EmbeddedEventLoop?
    private(set) var condition = Condition.running
    private let skew: Duration
    private(set) lazy var clock = SimulatedClock(of: self, skew: skew)
    /// Called when the process dies, for example to end its connections.
    var onDeath: [() -> Void] = []
    /// Called when an awaited answer from outside will not come; by the number of the wait.
    private var waiting: [Int: () -> Void] = [:]
    private var waitingCount = 0
    private var held: [Scheduler.Work] = []
    /// Actions that run after the step of the given number.
    private var plans: [(step: Int, action: () -> Void)] = []
    private(set) var stepCount = 0

    init(
        _ name: String, number: Int, scheduler: Scheduler, skew: Duration = .zero, hasEventLoop: Bool = false
    ) {
        eventLoop = hasEventLoop ? EmbeddedEventLoop() : nil
        self.name = name
        self.number = number
        self.scheduler = scheduler
        self.skew = skew
    }

    var isOver: Bool { condition == .dead || condition == .unwinding }

    // MARK: What the process does

    func enqueue(_ job: consuming ExecutorJob) {
        scheduler.add(.job(UnownedJob(job)), of: self)
    }

    func perform(_ action: @escaping @Sendable () -> Void) {
        scheduler.add(.action(action), of: self)
    }

    /// Returns whether the step is to run now. If not, keeps it until the process goes on.
    func takes(_ work: Scheduler.Work) -> Bool {
        if condition == .running { return true }
        held.append(work)
        return false
    }

    func perform(_ work: Scheduler.Work) {
        stepCount += 1
        switch work {
        case .job(let job): job.runSynchronously(on: asUnownedTaskExecutor())
        case .action(let action): action()
        }
        eventLoop?.run()
    }

    func stepEnded() {
        guard let plan = plans.first, plan.step <= stepCount, condition == .running else { return }
        plans.removeFirst()
        plan.action()
    }

    /// Registers a wait for an answer from outside; `fail` is called if the answer will not come. `stopWaiting` takes
    /// the number that is returned.
    func wait(_ fail: @escaping () -> Void) -> Int {
        waitingCount += 1
        waiting[waitingCount] = fail
        return waitingCount
    }

    func isWaiting(_ number: Int) -> Bool { waiting[number] != nil }

    /// Returns false if the wait was already told that no answer will come.
    func stopWaiting(_ number: Int) -> Bool {
        waiting.removeValue(forKey: number) != nil
    }

    // MARK: What is done to the process

    func plan(afterSteps count: Int, _ action: @escaping () -> Void) {
        plans.append((stepCount + count, action))
        plans.sort { $0.step < $1.step }
    }

    func die() {
        guard !isOver else { return }
        scheduler.note("ends", by: name)
        condition = .dead
        let actions = onDeath
        onDeath = []
        for action in actions { action() }
    }

    func stop(_ stopped: Condition, for duration: Duration) {
        guard condition == .running else { return }
        scheduler.note(stopped == .paused ? "machine is paused" : "freezes", "\(duration)", by: name)
        condition = stopped
        if stopped == .paused { clock.stop() }
        scheduler.after(duration) { [self] in goOn() }
    }

    func goOn() {
        guard condition == .frozen || condition == .paused else { return }
        scheduler.note("goes on", by: name)
        if condition == .paused { clock.goOn() }
        condition = .running
        let work = held
        held = []
        for work in work { scheduler.add(work, of: self) }
    }

    /// Lets every wait fail, and runs the steps that were held back. Their memory is only released this way.
    func unwind() {
        condition = .unwinding
        plans = []
        onDeath = []
        let work = held
        held = []
        for work in work { scheduler.add(work, of: self) }
        for number in waiting.keys.sorted() { waiting.removeValue(forKey: number)?() }
    }
}
