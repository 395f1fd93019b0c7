// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import Foundation
import ImportPipeline
import Synchronization
import Testing

@testable import Commitment

@Suite("Requests for storage commitment, from the answer to the report")
struct CommitmentsTests {
    private let time = SimulatedTime()
    private let store = ModelStore()

    private func receiver(
        limits: CommitmentLimits = CommitmentLimits(), hasAddress: Bool = true,
        finding: @escaping @Sendable (InstanceReference) -> InstanceFinding = { _ in .committed },
        behaviour: @escaping @Sendable () -> ModelReporter.Behaviour = { .takes }
    ) -> ModelReceiver {
        let connection = TaskConnection(store)
        let source = ModelSource(reporters: ["CT1": ModelReporter(connection, behaviour: behaviour)])
        return ModelReceiver(time, connection, limits: limits, source: hasAddress ? source : nil, finding: finding)
    }

    @Test("A request is durable before it is answered, and is reported when its instances are imported")
    func success() throws {
        let importedAt = SimulatedTime.beginning + 95
        let receiver = receiver { [time] _ in time.date < importedAt ? .pending : .committed }
        let answer = receiver.take(.sample(instances: 250))
        time.settle()
        #expect(answer.status == .success)
        #expect(store.states.map(\.phase) == [.waiting(cursor: 0)])
        #expect(store.documents.count == 1)
        time.run(for: .seconds(600)) { !store.reports.isEmpty }
        #expect(time.date >= importedAt && time.date < importedAt + 120)
        let report = try #require(store.reports.first)
        #expect(report.eventType == .successful)
        #expect(Set(report.successes) == Set(CommitmentRequest.sample(instances: 250).references))
        time.run(for: .seconds(86_400))
        #expect(store.reports.count == 1)
        #expect(store.states.map(\.isOpen) == [false])
    }

    @Test("Instances that failed, that nobody knows and that take too long are reported with their reasons")
    func failures() throws {
        let receiver = receiver { reference in
            switch reference.sopInstanceUID.value {
            case "1.2.1.1": .committed
            case "1.2.1.2": .failed
            case "1.2.1.3": .unknown
            case "1.2.1.4": .ofAnotherClass
            default: .pending
            }
        }
        _ = receiver.take(.sample(instances: 5))
        time.run(for: .seconds(86_400 - 1)) { !store.reports.isEmpty }
        #expect(store.reports.isEmpty)
        time.run(for: .seconds(200)) { !store.reports.isEmpty }
        let report = try #require(store.reports.first)
        #expect(report.successes.map(\.sopInstanceUID.value) == ["1.2.1.1"])
        let reasons = Dictionary(
            uniqueKeysWithValues: report.failures.map { ($0.reference.sopInstanceUID.value, $0.reason) })
        #expect(
            reasons == [
                "1.2.1.2": .processingFailure, "1.2.1.3": .noSuchObjectInstance, "1.2.1.4": .classInstanceConflict,
                "1.2.1.5": .processingFailure,
            ])
    }

    @Test("The same request again changes nothing while it is open, and gets the same report again after its end")
    func again() {
        let importedAt = SimulatedTime.beginning + 300
        let receiver = receiver { [time] _ in time.date < importedAt ? .pending : .committed }
        _ = receiver.take(.sample())
        time.run(for: .seconds(60))
        let before = store.states
        let open = receiver.take(.sample())
        time.settle()
        #expect(open.status == .success)
        #expect(store.states == before)
        time.run(for: .seconds(600))
        #expect(store.reports.count == 1)
        let ended = receiver.take(.sample())
        time.run(for: .seconds(60))
        #expect(ended.status == .success)
        #expect(store.reports.count == 2)
        #expect(store.reports.first == store.reports.last)
    }

    @Test("A transaction UID that is in use for other references is refused; another title may use it too")
    func inUse() {
        let receiver = receiver { _ in .pending }
        _ = receiver.take(.sample(instances: 3))
        let other = receiver.take(.sample(instances: 4))
        let others = receiver.take(.sample(from: "MR1", instances: 4))
        time.settle()
        #expect(other.status == DIMSEStatus(rawValue: 0x0131))
        #expect(others.status == .success)
        #expect(store.states.count == 2)
    }

    @Test("Limits of references, of open transactions and of those of one title are answered with 0213H")
    func limits() {
        var limits = CommitmentLimits()
        limits.maximumReferences = 3
        limits.maximumOpen = 3
        limits.maximumOpenPerTitle = 2
        let receiver = receiver(limits: limits) { _ in .pending }
        let answers = [
            receiver.take(.sample(1)), receiver.take(.sample(2)), receiver.take(.sample(3)),
            receiver.take(.sample(4, from: "MR1", instances: 4)), receiver.take(.sample(5, from: "MR1")),
            receiver.take(.sample(6, from: "US1")),
        ]
        time.settle()
        // The same request again is not a further one.
        let again = receiver.take(.sample(1))
        time.settle()
        let full = DIMSEStatus(rawValue: 0x0213)
        #expect(answers.map(\.status) == [.success, .success, full, full, .success, full])
        #expect(!receiver.log.lines.contains { $0.contains("refused") }, "the caller logs it")
        #expect(again.status == .success)
        #expect(receiver.commitments.counts.take().refused == 3)
    }

    @Test("A store that does not take the request: 0110H, and nothing is left that matters", arguments: [0, 1])
    func storeFails(step: Int) {
        let connection = TaskConnection(store) { $0 == step + 1 ? .failsBefore : nil }
        let receiver = ModelReceiver(time, connection)
        time.settle()
        let answer = receiver.take(.sample())
        time.settle()
        #expect(answer.status == DIMSEStatus(rawValue: 0x0110))
        #expect(store.states.isEmpty)
        let again = receiver.take(.sample())
        time.settle()
        #expect(again.status == .success)
    }

    @Test("A peer that is down for a minute gets its reports when it is back, and one report at a time tries it")
    func down() {
        let back = SimulatedTime.beginning + 60
        let tries = Mutex(0)
        let receiver = receiver(behaviour: { [time] in
            tries.withLock { $0 += 1 }
            return time.date < back ? .isNotThere : .takes
        })
        for number in 1...20 { _ = receiver.take(.sample(number)) }
        time.run(for: .seconds(60))
        #expect(store.reports.isEmpty)
        #expect(tries.withLock { $0 } < 8)
        time.run(for: .seconds(3_600)) { store.reports.count == 20 }
        #expect(store.reports.count == 20)
        time.run(for: .seconds(86_400))
        #expect(store.reports.count == 20)
        #expect(store.states.allSatisfy { !$0.isOpen })
    }

    @Test("A peer that answers with a failure gets the report again")
    func refusal() {
        let tries = Mutex(0)
        let receiver = receiver(behaviour: {
            tries.withLock { tries in
                tries += 1
                return tries < 4 ? .answers(DIMSEStatus(rawValue: 0x0110)) : .takes
            }
        })
        _ = receiver.take(.sample())
        time.run(for: .seconds(600))
        #expect(tries.withLock { $0 } == 4)
        #expect(store.reports.count == 1)
    }

    @Test("A report that nobody takes is given up after the limit, with a log line and a count")
    func givenUp() {
        let receiver = receiver(behaviour: { .isNotThere })
        _ = receiver.take(.sample())
        time.run(for: .seconds(7 * 86_400 - 60))
        #expect(receiver.commitments.counts.take().failed == 0)
        time.run(for: .seconds(3_700))
        #expect(receiver.commitments.counts.take().failed == 1)
        #expect(store.states.map(\.phase) == [.givenUp])
        #expect(receiver.log.lines.contains { $0.contains("commitment given up: the peer did not take the report") })
    }

    @Test("A peer without an address gets its report on the next association that it opens")
    func nextAssociation() {
        let receiver = receiver(hasAddress: false)
        _ = receiver.take(.sample())
        time.run(for: .seconds(7_200))
        #expect(store.reports.isEmpty)
        let other = ModelReporter(receiver.connection, own: "OTHER")
        let reporter = ModelReporter(receiver.connection)
        receiver.commitments.reporterOpened(other)
        time.run(for: .seconds(1))
        #expect(store.reports.isEmpty)
        receiver.commitments.reporterOpened(reporter)
        time.run(for: .seconds(1))
        #expect(store.reports.count == 1)
        #expect(other.count == 0)
        receiver.commitments.reporterEnded(reporter)
        _ = receiver.take(.sample(2))
        time.run(for: .seconds(60))
        #expect(reporter.count == 1)
    }

    @Test("An association that is open gets the report; if it does not answer, a new one does")
    func openAssociation() {
        let receiver = receiver()
        let good = ModelReporter(receiver.connection)
        receiver.commitments.reporterOpened(good)
        _ = receiver.take(.sample(1))
        time.run(for: .seconds(30))
        #expect(good.count == 1)
        let ending = ModelReporter(receiver.connection) { .isNotThere }
        receiver.commitments.reporterOpened(ending)
        _ = receiver.take(.sample(2))
        time.run(for: .seconds(30))
        #expect(ending.count == 1)
        #expect(store.reports.count == 2)
    }

    @Test("An association at one task gets the report of a transaction that another, living task works on")
    func otherTask() {
        let first = receiver(hasAddress: false)
        _ = first.take(.sample())
        time.run(for: .seconds(1_000))
        let second = receiver(hasAddress: false)
        second.commitments.reporterOpened(ModelReporter(second.connection))
        time.run(for: .seconds(1))
        #expect(store.reports.count == 1)
        time.run(for: .seconds(86_400))
        #expect(store.reports.count == 1)
        let open = Mutex<[Int]>([])
        for receiver in [first, second] {
            TaskSpawner(executor: time)() { [commitments = receiver.commitments] in
                let status = await commitments.status
                open.withLock { $0.append(status.open) }
            }
        }
        time.settle()
        #expect(open.withLock { $0 } == [0, 0])
    }

    @Test("At its end, a receiver begins nothing more, and the others do the rest")
    func end() {
        let importedAt = SimulatedTime.beginning + 50
        let finding: @Sendable (InstanceReference) -> InstanceFinding = { [time] _ in
            time.date < importedAt ? .pending : .committed
        }
        let first = receiver(finding: finding)
        _ = first.take(.sample())
        time.run(for: .seconds(10))
        let ended = first.end()
        time.settle()
        #expect(ended.status == .success)
        let steps = first.connection.steps
        let second = receiver(finding: finding)
        time.run(for: .seconds(300))
        #expect(first.connection.steps == steps)
        #expect(second.connection.steps > 0)
        #expect(store.reports.count == 1)
    }
}
