// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The network between one process and a service. A request reaches the service at some moment, even if its caller has
/// given up or died by then. Its answer takes time, is lost, or comes too late.
// Sendable: a run has one thread.
final class Network: @unchecked Sendable {
    /// How long a caller waits for an answer.
    private static let patience = Duration.seconds(90)

    let process: SimulatedProcess
    private let faults: () -> Faults
    private var scheduler: Scheduler { process.scheduler }

    init(of process: SimulatedProcess, faults: @escaping () -> Faults) {
        self.process = process
        self.faults = faults
    }

    /// Sends a request and waits for the answer. A cancelled Swift task does not wait, but its request may still take
    /// effect.
    func send<Answer>(
        _ what: StaticString, _ subject: String, _ effect: @escaping () throws -> Answer
    ) async throws -> Answer {
        let request = Cancellation()
        let result: Unchecked<Result<Answer, any Error>> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled { return continuation.resume(returning: Unchecked(.failure(CancellationError()))) }
                request.cancel = begin(what, subject, effect) { continuation.resume(returning: Unchecked($0)) }
            }
        } onCancel: {
            request.cancel()
        }
        return try result.value.get()
    }

    /// Sends a request and calls `completion` once, on the process. Returns a function that gives the request up.
    @discardableResult
    func begin<Answer>(
        _ what: StaticString, _ subject: String, _ effect: @escaping () throws -> Answer,
        completion: @escaping (Result<Answer, any Error>) -> Void
    ) -> () -> Void {
        guard process.condition != .unwinding else {
            completion(.failure(RequestFailed()))
            return {}
        }
        let completion = Unchecked(completion)
        let (process, scheduler) = (process, scheduler)
        let waiting = process.wait { completion.value(.failure(RequestFailed())) }
        let answer = { (result: Result<Answer, any Error>) in
            let result = Unchecked(result)
            guard process.isWaiting(waiting) else { return }
            process.perform { if process.stopWaiting(waiting) { completion.value(result.value) } }
        }
        let land = { [self] (isAnswered: Bool) in
            let (delayOfRequest, delayOfAnswer) = (delay(), delay())
            scheduler.after(delayOfRequest) {
                scheduler.note(what, subject, by: process.name)
                let result = Result { try effect() }
                if isAnswered { scheduler.after(delayOfAnswer) { answer(result) } }
            }
            return isAnswered && delayOfRequest + delayOfAnswer < Self.patience
        }
        let fail = { (delay: Duration) in
            scheduler.after(delay) {
                scheduler.note("is told an error", subject, by: process.name)
                answer(.failure(RequestFailed()))
            }
        }
        let faults = faults()
        if scheduler.chance(faults.requestFails) {
            if scheduler.chance(0.7) { _ = land(false) }
            fail(scheduler.chance(0.5) ? Self.patience : delay())
        } else if scheduler.chance(faults.requestDoubled) {
            let isSecondAnswered = scheduler.chance(0.5)
            let (first, second) = (land(!isSecondAnswered), land(isSecondAnswered))
            if !first && !second { fail(Self.patience) }
        } else if !land(true) {
            fail(Self.patience)
        }
        return { answer(.failure(CancellationError())) }
    }

    private func delay() -> Duration {
        scheduler.chance(faults().requestSlow)
            ? scheduler.duration(from: .milliseconds(50), to: .seconds(400))
            : .milliseconds(Int.random(in: 1...30, using: &scheduler.random))
    }
}

/// Gives up a request that was sent.
// Sendable: a run has one thread.
private final class Cancellation: @unchecked Sendable {
    var cancel: () -> Void = {}
}

/// A value that does not leave the run's thread.
// Sendable: see above.
struct Unchecked<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
