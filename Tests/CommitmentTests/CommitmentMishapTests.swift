// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Foundation
import SeededRandom
import Synchronization
import Testing

@testable import Commitment

@Suite("Tasks that end, and stores that fail, at any step of a transaction")
struct CommitmentMishapTests {
    /// One instance fails, the others are imported after 40 seconds.
    private static func finding(_ time: SimulatedTime) -> @Sendable (InstanceReference) -> InstanceFinding {
        { reference in
            if reference.sopInstanceUID.value.hasSuffix(".2") { return .failed }
            return time.elapsed < .seconds(40) ? .pending : .committed
        }
    }

    private static func receiver(_ time: SimulatedTime, _ connection: TaskConnection) -> ModelReceiver {
        ModelReceiver(
            time, connection, source: ModelSource(reporters: ["CT1": ModelReporter(connection)]),
            finding: finding(time))
    }

    /// What every run must end with: each request that was answered with Success is reported, with the same words each
    /// time; and nothing is left open.
    private static func check(
        _ store: ModelStore, accepted: Set<Int>, sourceLocation: SourceLocation = #_sourceLocation, _ comment: Comment
    ) {
        for number in accepted {
            let request = CommitmentRequest.sample(number)
            let reports = store.reports.filter { $0.transactionUID == request.transactionUID }
            #expect(!reports.isEmpty, comment, sourceLocation: sourceLocation)
            for report in reports {
                #expect(report == reports.first, comment, sourceLocation: sourceLocation)
                #expect(report.failures.count == 1, comment, sourceLocation: sourceLocation)
                #expect(report.successes.count == 2, comment, sourceLocation: sourceLocation)
            }
        }
        #expect(store.states.allSatisfy { !$0.isOpen }, comment, sourceLocation: sourceLocation)
    }

    /// The steps of a run without mishaps.
    private static let steps: Int = {
        let (time, store) = (SimulatedTime(), ModelStore())
        let only = receiver(time, TaskConnection(store))
        _ = only.take(.sample())
        time.run(for: .seconds(600)) { store.reports.count == 1 }
        time.settle()
        return only.connection.steps
    }()

    @Test("A task that ends at any step: another one reports", arguments: TaskConnection.Mishap.allCases)
    func everyStep(mishap: TaskConnection.Mishap) {
        #expect(Self.steps > 10)
        for step in 0..<Self.steps {
            let (time, store) = (SimulatedTime(), ModelStore())
            let first = Self.receiver(time, TaskConnection(store) { $0 == step ? mishap : nil })
            let second = Self.receiver(time, TaskConnection(store))
            let answer = first.take(.sample())
            time.run(for: .seconds(900))
            let isKilled = first.connection.isKilled
            #expect(isKilled == [.killedBefore, .killedAfter].contains(mishap))
            Self.check(
                store, accepted: answer.status == .success ? [1] : [], "\(mishap) at step \(step)")
            // Only a report of which nobody heard the answer is sent twice.
            #expect(store.reports.count <= 2)
            withExtendedLifetime((first, second)) {}
        }
    }

    @Test("Two tasks, twenty transactions and mishaps at random: every accepted one is reported", arguments: 0..<40)
    func random(seed: Int) {
        let (time, store) = (SimulatedTime(), ModelStore())
        let random = Mutex(SplitMix64(seed: UInt64(seed)))
        let mishaps: @Sendable (Int) -> TaskConnection.Mishap? = { _ in
            guard time.elapsed < .seconds(1_200) else { return nil }
            return random.withLock { random in
                switch UInt8.random(in: 0...255, using: &random) {
                case 0...15: .failsBefore
                case 16...31: .failsAfter
                case 32: .killedBefore
                case 33: .killedAfter
                default: nil
                }
            }
        }
        var receivers = [0, 1].map { _ in Self.receiver(time, TaskConnection(store, mishaps: mishaps)) }
        var answers: [Int: ModelReceiver.Answer] = [:]
        for number in 1...20 {
            answers[number] = receivers[number % 2].take(.sample(number))
            time.run(for: .seconds(random.withLock { Int.random(in: 0...60, using: &$0) }))
            // A task that has ended is replaced.
            for index in receivers.indices where receivers[index].connection.isKilled {
                receivers[index] = Self.receiver(time, TaskConnection(store, mishaps: mishaps))
            }
        }
        time.run(for: .seconds(600))
        let last = Self.receiver(time, TaskConnection(store))
        time.run(for: .seconds(20_000))
        let accepted = Set(answers.filter { $0.value.status == .success }.keys)
        #expect(accepted.count > 5)
        Self.check(store, accepted: accepted, "seed \(seed)")
        withExtendedLifetime(last) {}
    }

    @Test("A slow task whose transaction another task has taken changes nothing more")
    func fence() {
        let (time, store) = (SimulatedTime(), ModelStore())
        // The first task's answers come while the second one works: both believe that it is theirs.
        let both = (0..<2).map { _ in Self.receiver(time, TaskConnection(store)) }
        _ = both[0].take(.sample())
        time.run(for: .seconds(20))
        // As if the first task had been asleep for a long time.
        store.with { contents in
            for name in contents.states.keys {
                contents.states[name]?.claimed(by: both[1].commitments.task, until: SimulatedTime.beginning - 200)
            }
        }
        time.run(for: .seconds(900))
        Self.check(store, accepted: [1], "fence")
        #expect(store.reports.count == 1)
    }

    @Test("A thousand open transactions of a thousand references: no report is lost, and look-ups are batched")
    func thousand() {
        let (time, store) = (SimulatedTime(), ModelStore())
        let connection = TaskConnection(store)
        let receiver = ModelReceiver(
            time, connection, source: ModelSource(reporters: ["CT1": ModelReporter(connection)]),
            finding: { _ in time.elapsed < .seconds(100) ? .pending : .committed })
        let answers = (1...1_000).map { receiver.take(.sample($0, instances: 1_000)) }
        time.run(for: .seconds(99))
        #expect(answers.allSatisfy { $0.status == .success })
        let looksBefore = store.lookups.count
        // Each look is one request while the first instance waits.
        #expect(store.lookups.allSatisfy { $0 == 100 })
        #expect(looksBefore < 1_000 * 8)
        time.run(for: .seconds(900)) { store.reports.count == 1_000 }
        #expect(Set(store.reports.map(\.transactionUID)).count == 1_000)
        #expect(store.reports.count == 1_000)
        #expect(store.reports.allSatisfy { $0.successes.count == 1_000 })
        // Ten full requests each, and for some one look more that came too early.
        #expect(store.lookups.allSatisfy { $0 == 100 })
        #expect(store.lookups.count - looksBefore <= 1_000 * 11)
    }
}
