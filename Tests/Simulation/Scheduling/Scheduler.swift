// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc
import HeapModule
import SeededRandom

/// Decides what happens next: one step of one process, or time goes on. The seed determines every decision, so that a
/// run can be repeated.
///
/// A run has one thread, and everything in it happens on that thread.
// Sendable: see above; `add` checks it.
final class Scheduler: @unchecked Sendable {
    enum Work {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    struct Step {
        let process: SimulatedProcess
        let work: Work
    }

    private struct Event: Comparable {
        let time: Duration
        let number: Int
        let action: () -> Void

        static func < (one: Event, other: Event) -> Bool { (one.time, one.number) < (other.time, other.number) }
        static func == (one: Event, other: Event) -> Bool { one.number == other.number }
    }

    /// The time on S3's clock when a run begins.
    static let beginning = Date(timeIntervalSince1970: 1_795_000_000)

    private(set) var time = Duration.zero
    private(set) var stepCount = 0
    var random: SplitMix64
    var trace: Trace
    /// From now on no process is slow.
    var isCalm = false
    private var ready: [Step] = []
    private var events = Heap<Event>()
    private var eventCount = 0
    private let thread = pthread_self()

    init(seed: UInt64, isTraced: Bool) {
        random = SplitMix64(seed: seed)
        trace = Trace(isPrinted: isTraced)
    }

    var date: Date { Self.beginning.addingTimeInterval(time / .seconds(1)) }

    func add(_ work: Work, of process: SimulatedProcess) {
        precondition(pthread_equal(thread, pthread_self()) != 0, "part of the run escaped to another thread")
        ready.append(Step(process: process, work: work))
    }

    func after(_ delay: Duration, _ action: @escaping () -> Void) {
        eventCount += 1
        events.insert(Event(time: time + delay, number: eventCount, action: action))
    }

    func note(_ what: StaticString, _ subject: @autoclosure () -> String = "", by name: String = "") {
        trace.add(what, subject(), at: time, by: name)
    }

    /// True with this probability.
    func chance(_ probability: Double) -> Bool {
        probability > 0 && Double.random(in: 0..<1, using: &random) < probability
    }

    /// Each order of magnitude is equally likely, so that short durations are as frequent as long ones.
    func duration(from shortest: Duration, to longest: Duration) -> Duration {
        let (low, high) = (log(shortest / .seconds(1)), log(longest / .seconds(1)))
        return .seconds(exp(Double.random(in: low...high, using: &random)))
    }

    /// Runs until the condition holds. Returns false if nothing is left to do before that, or at `maximumSteps`.
    func run(until isDone: () -> Bool, maximumSteps: Int) -> Bool {
        while !isDone() {
            guard stepCount < maximumSteps, runOnce() else { return false }
        }
        return true
    }

    /// Runs the remaining steps of processes that have ended, in order, so that the run keeps no memory.
    func drain(maximumSteps: Int) {
        events = Heap()
        var count = 0
        while !ready.isEmpty, count < maximumSteps {
            let steps = ready
            ready = []
            for step in steps { step.process.perform(step.work) }
            count += steps.count
        }
        events = Heap()
    }

    /// Whether time goes on although a process could make a step: processes are slow.
    private func isHurried() -> Bool {
        guard let next = events.min, UInt8.random(in: 0..<32, using: &random) == 0 else { return false }
        return next.time - time < .seconds(1) || (!isCalm && chance(0.1))
    }

    private func runOnce() -> Bool {
        if ready.isEmpty || isHurried() {
            guard let event = events.popMin() else { return !ready.isEmpty }
            time = event.time
            event.action()
            return true
        }
        let index = Int.random(in: 0..<ready.count, using: &random)
        ready.swapAt(index, ready.count - 1)
        let step = ready.removeLast()
        guard step.process.takes(step.work) else { return true }
        stepCount += 1
        trace.add(step.process.number)
        step.process.perform(step.work)
        step.process.stepEnded()
        return true
    }
}
