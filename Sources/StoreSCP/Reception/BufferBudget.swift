import NIOCore
import Synchronization

/// How much memory the instances that are being received may take together.
///
/// Who wants more than is left waits in turn, and so does its peer. One reception at a time may exceed the budget, by what
/// one may hold at all: otherwise receptions that each hold something and wait for more could all wait for ever.
final class BufferBudget: Sendable {
    private struct Waiter {
        let holder: ObjectIdentifier
        let bytes: Int
        let promise: EventLoopPromise<Void>
    }

    private struct State {
        var available: Int
        var waiters = CircularBuffer<Waiter>()
        var overdraftHolder: ObjectIdentifier?

        /// Those who can go on now.
        mutating func grant() -> [EventLoopPromise<Void>] {
            var granted: [EventLoopPromise<Void>] = []
            while let waiter = waiters.first {
                if available < waiter.bytes {
                    guard overdraftHolder == nil else { break }
                    overdraftHolder = waiter.holder
                }
                available -= waiter.bytes
                granted.append(waiter.promise)
                waiters.removeFirst()
            }
            return granted
        }
    }

    private let state: Mutex<State>

    private let total: Int

    init(bytes: Int) {
        total = bytes
        state = Mutex(State(available: bytes))
    }

    /// Whether more may be taken than is needed to go on.
    fileprivate var isPlentiful: Bool { available >= total / 2 }

    /// Bytes that nobody holds; negative when they are exceeded.
    var available: Int { state.withLock { $0.available } }

    /// Nil: granted at once. Otherwise granted when the future completes; it never fails.
    fileprivate func take(
        _ bytes: Int, for holder: ObjectIdentifier, eventLoop: any EventLoop
    ) -> EventLoopFuture<Void>? {
        let promise = eventLoop.makePromise(of: Void.self)
        let granted = state.withLock { state -> [EventLoopPromise<Void>]? in
            let isFree = state.waiters.isEmpty && state.available >= bytes
            if isFree || state.overdraftHolder == holder {
                state.available -= bytes
                return nil
            }
            state.waiters.append(Waiter(holder: holder, bytes: bytes, promise: promise))
            return state.grant()
        }
        guard let granted else {
            promise.succeed()
            return nil
        }
        for promise in granted { promise.succeed() }
        return promise.futureResult
    }

    fileprivate func giveBack(_ bytes: Int, of holder: ObjectIdentifier, isLast: Bool) {
        let granted = state.withLock { state in
            state.available += bytes
            if isLast, state.overdraftHolder == holder { state.overdraftHolder = nil }
            return state.grant()
        }
        for promise in granted { promise.succeed() }
    }
}

/// What one reception holds of the budget.
package final class BufferShare: Sendable {
    private let budget: BufferBudget
    /// What was asked for: counted before it is granted, so that it does not seem to hold nothing while it waits.
    private let held = Mutex(0)

    init(of budget: BufferBudget) {
        self.budget = budget
    }

    deinit {
        let bytes = held.withLock { $0 }
        budget.giveBack(bytes, of: ObjectIdentifier(self), isLast: true)
    }

    /// Whether it may grow by more than is needed to go on.
    var isPlentiful: Bool { budget.isPlentiful }

    /// Nil: granted at once.
    func grow(by bytes: Int, eventLoop: any EventLoop) -> EventLoopFuture<Void>? {
        held.withLock { $0 += bytes }
        // Whoever waits is kept until it was granted: it cannot give back what it does not have.
        return budget.take(bytes, for: ObjectIdentifier(self), eventLoop: eventLoop)?.map { [self] in _ = self }
    }

    /// Gives back what is not needed any more.
    func shrink(by bytes: Int) {
        let isLast = held.withLock { held in
            held -= bytes
            return held == 0
        }
        budget.giveBack(bytes, of: ObjectIdentifier(self), isLast: isLast)
    }
}
