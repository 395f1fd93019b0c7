import DICOMNetwork
import NIOCore
import Synchronization

/// How much memory the instances that are being received may take together, and which of them go on when it is not enough.
final class BufferBudget: Sendable {
    private struct State {
        var shares: MemoryShares
        /// Those who wait, by holder: one asks for one thing at a time.
        var promises: [MemoryShares.HolderID: EventLoopPromise<Void>] = [:]
        /// Those who hold something or wait.
        var holders: [MemoryShares.HolderID: BufferShare.Holder] = [:]
        var isReviewed = false
    }

    /// How long somebody waits until a holder that makes no progress is ended.
    static let patience = TimeAmount.seconds(5)
    /// The time over which progress is measured.
    static let reviewInterval = TimeAmount.seconds(1)

    private let state: Mutex<State>
    private let total: Int

    init(bytes: Int) {
        total = bytes
        state = Mutex(State(shares: MemoryShares(bytes: bytes, patience: Self.patience)))
    }

    /// Whether more may be taken than is needed to go on.
    fileprivate var isPlentiful: Bool { available >= total / 2 }

    /// Bytes that nobody holds; negative when they are exceeded.
    var available: Int { state.withLock { $0.shares.available } }

    /// The future never fails.
    fileprivate func take(
        _ bytes: Int, for holder: BufferShare.Holder, eventLoop: any EventLoop
    ) -> Readiness {
        let id = ObjectIdentifier(holder)
        let (promise, begins) = state.withLock { state -> (EventLoopPromise<Void>?, Bool) in
            state.holders[id] = holder
            guard !state.shares.take(bytes, for: id, of: holder.peer, at: eventLoop.now) else { return (nil, false) }
            let promise = eventLoop.makePromise(of: Void.self)
            state.promises[id] = promise
            defer { state.isReviewed = true }
            return (promise, !state.isReviewed)
        }
        if begins { scheduleReview(on: eventLoop) }
        return promise.map { .after($0.futureResult) } ?? .now
    }

    fileprivate func giveBack(_ bytes: Int, of holder: BufferShare.Holder, isLast: Bool) {
        let id = ObjectIdentifier(holder)
        let granted = state.withLock { state in
            if isLast { state.holders[id] = nil }
            return state.shares.giveBack(bytes, of: id).map { state.promises.removeValue(forKey: $0.holder) }
        }
        for promise in granted { promise?.succeed() }
    }

    private func scheduleReview(on eventLoop: any EventLoop) {
        eventLoop.scheduleTask(in: Self.reviewInterval) { self.review(on: eventLoop) }
    }

    private func review(on eventLoop: any EventLoop) {
        let (ended, goesOn) = state.withLock { state in
            let holders = state.holders
            let ended = state.shares.review(at: eventLoop.now) { holders[$0]?.progress }
            state.isReviewed = !state.shares.waiters.isEmpty
            return (ended.compactMap { holders[$0] }, state.isReviewed)
        }
        for holder in ended { holder.end() }
        if goesOn { scheduleReview(on: eventLoop) }
    }
}

/// What one reception holds of the budget.
package final class BufferShare: Sendable {
    /// Whose it is, and what its sender does.
    final class Holder: Sendable {
        let peer: MemoryShares.Peer
        /// Written by one thread, the reception's.
        private let received = Atomic(0)
        private let isAwaited = Atomic(true)
        private let onEnd: @Sendable () -> Void

        init(peer: MemoryShares.Peer, onEnd: @escaping @Sendable () -> Void) {
            self.peer = peer
            self.onEnd = onEnd
        }

        var progress: MemoryShares.Progress {
            MemoryShares.Progress(
                received: received.load(ordering: .relaxed), isAwaited: isAwaited.load(ordering: .relaxed))
        }

        func received(_ bytes: Int) {
            received.store(received.load(ordering: .relaxed) &+ bytes, ordering: .relaxed)
        }

        func senderIsAwaited(_ isAwaited: Bool) {
            self.isAwaited.store(isAwaited, ordering: .relaxed)
        }

        /// Others need the memory.
        func end() { onEnd() }
    }

    let holder: Holder
    private let budget: BufferBudget
    /// What was asked for: counted before it is granted, so that it does not seem to hold nothing while it waits.
    private let held = Mutex(0)

    /// `onEnd` is called, on any thread, when others wait for what this holds and its sender is the slowest: it is to be given
    /// back at once.
    init(of budget: BufferBudget, for peer: MemoryShares.Peer, onEnd: @escaping @Sendable () -> Void = {}) {
        self.budget = budget
        holder = Holder(peer: peer, onEnd: onEnd)
    }

    deinit {
        let bytes = held.withLock { $0 }
        if bytes > 0 { budget.giveBack(bytes, of: holder, isLast: true) }
    }

    /// Whether it may grow by more than is needed to go on.
    var isPlentiful: Bool { budget.isPlentiful }

    /// The bytes are granted when it is ready. The future never fails.
    func grow(by bytes: Int, eventLoop: any EventLoop) -> Readiness {
        held.withLock { $0 += bytes }
        // Whoever waits is kept until it was granted: it cannot give back what it does not have.
        guard case .after(let granted) = budget.take(bytes, for: holder, eventLoop: eventLoop) else { return .now }
        return .after(granted.map { [self] in _ = self })
    }

    /// Gives back what is not needed any more.
    func shrink(by bytes: Int) {
        let isLast = held.withLock { held in
            held -= bytes
            return held == 0
        }
        budget.giveBack(bytes, of: holder, isLast: isLast)
    }
}
