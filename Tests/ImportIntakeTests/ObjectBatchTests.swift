// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import SampleDocuments
import StructuredLog
import Synchronization
import TestLog
import Testing

@testable import ImportPipeline
@testable import ImportIntake

@Suite struct ObjectBatchTests {
    /// A clock on which every sleep ends at once.
    private struct ImpatientClock: Clock {
        var now: ContinuousClock.Instant { .now }
        var minimumResolution: Duration { .zero }

        func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
            try Task.checkCancellation()
        }
    }

    /// Its sleepers wake when it rings: each ring wakes one.
    private final class AlarmClock: Clock {
        private struct State {
            var rings = 0
            var sleepers: [Int: CheckedContinuation<Void, any Error>] = [:]
            var nextID = 0
        }

        private let state = Mutex(State())
        var now: ContinuousClock.Instant { .now }
        var minimumResolution: Duration { .zero }

        func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
            let id = state.withLock { state in
                state.nextID += 1
                return state.nextID
            }
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                    state.withLock { state in
                        if Task.isCancelled {
                            continuation.resume(throwing: CancellationError())
                        } else if state.rings > 0 {
                            state.rings -= 1
                            continuation.resume()
                        } else {
                            state.sleepers[id] = continuation
                        }
                    }
                }
            } onCancel: {
                state.withLock { $0.sleepers.removeValue(forKey: id) }?.resume(throwing: CancellationError())
            }
        }

        func ring() {
            state.withLock { state -> CheckedContinuation<Void, any Error>? in
                guard let id = state.sleepers.keys.first else {
                    state.rings += 1
                    return nil
                }
                return state.sleepers.removeValue(forKey: id)
            }?.resume()
        }
    }

    private struct Broken: Error {}

    /// The time left of an invocation: one step less each time it is read.
    private final class Countdown: Sendable {
        private let seconds: Mutex<Int>
        private let step: Int

        init(_ seconds: Int, step: Int = 0) {
            self.seconds = Mutex(seconds)
            self.step = step
        }

        func look() -> Duration {
            seconds.withLock { seconds in
                defer { seconds = max(0, seconds - step) }
                return .seconds(seconds)
            }
        }
    }

    private static func message(_ name: String, body: String? = nil, receiveCount: Int = 1) -> QueueMessage {
        let text = SampleDocument.notification.text.replacing("inbox/a+b.dcm", with: "inbox/\(name).dcm")
        return QueueMessage(messageId: name, body: body ?? text, receiveCount: receiveCount)
    }

    private static func batch(
        _ time: Countdown = Countdown(120), clock: any Clock<Duration> = PatientClock(),
        log: RecordedLog = RecordedLog(),
        metrics: EmbeddedMetrics? = nil,
        taken: TakenKeys = TakenKeys()
    ) -> ObjectBatch {
        ObjectBatch(time: WorkingTime { time.look() }, clock: clock, logger: log.logger, metrics: metrics) { object in
            switch object.key {
            case "inbox/bad.dcm": throw Broken()
            case "inbox/slow.dcm":
                try await untilCancelled()
                throw CancellationError()
            default:
                taken.add(object.key)
                return .init(.started)
            }
        }
    }

    private final class TakenKeys: Sendable {
        private let keys = Mutex<[String]>([])
        var all: [String] { keys.withLock { $0 } }

        func add(_ key: String) { keys.withLock { $0.append(key) } }
    }

    @Test("Only a message that fails is delivered again, whatever its fault is")
    func failures() async {
        let taken = TakenKeys()
        let nested = String(repeating: "[", count: 100_000)
        let messages = [
            Self.message("a"), Self.message("text", body: "text"), Self.message("bad"), Self.message("b"),
            Self.message("nested", body: nested), Self.message("c"),
        ]
        #expect(await Self.batch(taken: taken).failures(among: messages) == ["text", "bad", "nested"])
        #expect(taken.all == ["inbox/a.dcm", "inbox/b.dcm", "inbox/c.dcm"])
    }

    @Test("Messages that fail at their third delivery, or are left then, are counted")
    func failing() async {
        let lines = Mutex<[String]>([])
        let metrics = EmbeddedMetrics(
            namespace: "N", dimensions: [:],
            write: { line in
                lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
            })
        let messages = [
            Self.message("a", receiveCount: 9), Self.message("bad", receiveCount: 2),
            Self.message("text", body: "text", receiveCount: 3), Self.message("bad", receiveCount: 4),
        ]
        _ = await Self.batch(metrics: metrics).failures(among: messages)
        #expect(lines.withLock { $0.count == 1 && $0[0].contains(#""MessagesFailing":2"#) })
        _ = await Self.batch(metrics: metrics).failures(among: Array(messages.prefix(2)))
        #expect(lines.withLock { $0.count } == 1)
    }

    @Test("Only the object that exceeds its time limit fails: those before and after it are taken")
    func slowBesideGood() async {
        let clock = AlarmClock()
        let taken = TakenKeys()
        let batch = ObjectBatch(
            time: WorkingTime { .seconds(120) }, clock: clock, logger: RecordedLog().logger, metrics: nil
        ) {
            object in
            if object.key == "inbox/slow.dcm" {
                clock.ring()
                try await untilCancelled()
            }
            taken.add(object.key)
            return .init(.started)
        }
        #expect(
            await batch.failures(among: ["a", "slow", "b", "slow", "c"].map { Self.message($0) }) == ["slow", "slow"])
        #expect(taken.all == ["inbox/a.dcm", "inbox/b.dcm", "inbox/c.dcm"])
    }

    @Test("An object that exceeds its time limit is cancelled")
    func cutOff() async throws {
        let log = RecordedLog()
        let messages = [Self.message("slow")]
        #expect(await Self.batch(clock: ImpatientClock(), log: log).failures(among: messages) == ["slow"])
        #expect(log.lines.contains { $0.contains("TimeLimitExceeded") })
        await #expect(throws: TimeLimitExceeded(limit: .seconds(50))) {
            try await withTimeLimit(.seconds(50), clock: ImpatientClock()) { try await untilCancelled() }
        }
        #expect(try await withTimeLimit(.seconds(50), clock: PatientClock()) { 7 } == 7)
    }

    @Test("An object that may exceed the time left is not begun, and its message is delivered again")
    func left() async {
        let taken = TakenKeys()
        let names = (0..<10).map { "\($0)" }
        // The margin reads 120 seconds; then 100, 80 and 60, less 5, are left; with 40 no object is begun.
        let batch = Self.batch(Countdown(120, step: 20), taken: taken)
        let left = await batch.failures(among: names.map { Self.message($0) })
        #expect(taken.all.count == names.count - left.count)
        #expect(!taken.all.isEmpty && left == Array(names.dropFirst(taken.all.count)))
    }

    @Test("The first object begins however short the time is, and the margin for the answer is kept")
    func shortTime() {
        let time = WorkingTime { .seconds(10) }
        #expect(time.forNextObject(isFirst: true) == .seconds(9))
        #expect(time.forNextObject(isFirst: false) == nil)
        let long = WorkingTime { .seconds(900) }
        #expect(long.forNextObject(isFirst: false) == WorkingTime.maximumPerObject)
        let over = WorkingTime { .zero }
        #expect(over.forNextObject(isFirst: true) == .zero)
    }

    @Test("An event that did not come from a queue fails if an object was not taken, after all others were tried")
    func direct() async throws {
        let taken = TakenKeys()
        let objects = try ["a", "bad", "b"].flatMap { try Self.message($0).objects() }
        await #expect(throws: ObjectsNotTaken(taken: 2, failed: 1, left: 0)) {
            try await Self.batch(taken: taken).results(of: objects)
        }
        #expect(taken.all == ["inbox/a.dcm", "inbox/b.dcm"])
        await #expect(throws: ObjectsNotTaken(taken: 1, failed: 0, left: 2)) {
            try await Self.batch(Countdown(40)).results(
                of: try ["a", "b", "c"].flatMap { try Self.message($0).objects() })
        }
        #expect(try await Self.batch().results(of: [objects[0], objects[2]]).count == 2)
    }
}
