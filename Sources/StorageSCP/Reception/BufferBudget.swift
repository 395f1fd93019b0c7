// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Synchronization

/// The memory that all instances that are being received may take together, and which of them continue when it is not
/// enough.
final class BufferBudget: Sendable {
    private struct State {
        var shares: MemoryShares
        /// The promises of waiting holders. A holder has one request at a time.
        var promises: [MemoryShares.HolderID: EventLoopPromise<Void>] = [:]
        /// The holders that hold memory or wait for it.
        var holders: [MemoryShares.HolderID: BufferShare.Holder] = [:]
        /// Whether a review is scheduled.
        var isReviewed = false
    }

    /// How long a holder waits until the holder with the least progress is ended.
    static let patience = TimeAmount.seconds(5)
    /// The interval between two reviews, over which progress is measured.
    static let reviewInterval = TimeAmount.seconds(1)

    private let state: Mutex<State>
    private let total: Int

    init(bytes: Int) {
        total = bytes
        state = Mutex(State(shares: MemoryShares(bytes: bytes, patience: Self.patience)))
    }

    /// Whether a holder may take more than it needs to continue.
    var isPlentiful: Bool { available >= total / 2 }

    /// The bytes that no holder has; negative when the budget is exceeded.
    var available: Int { state.withLock { $0.shares.available } }

    /// The memory is granted when this is ready. The future never fails.
    func take(
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

    func giveBack(_ bytes: Int, of holder: BufferShare.Holder, isLast: Bool) {
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
