// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Permission to use a connection, for a bounded number of requests at a time. Slots are granted in the order of the
/// calls.
///
/// The limit is enforced here and not by libcurl, so that a request is signed only when a connection is free for it: a
/// signature is valid for some minutes only.
package final class ConnectionSlots: Sendable {
    private typealias Waiter = CheckedContinuation<Void, any Error>

    private struct State {
        var free: Int
        var nextID = 0
        var waiting: [Int: Waiter] = [:]
        /// The ids of the waiters in order, beginning at `first`. Ids of cancelled waiters remain here but not in
        /// `waiting`.
        var order: [Int] = []
        var first = 0
        var isShutDown = false

        mutating func append(_ waiter: Waiter, id: Int) {
            waiting[id] = waiter
            order.append(id)
        }

        mutating func popFirst() -> Waiter? {
            while first < order.count {
                let id = order[first]
                first += 1
                if first == order.count || first > 1024 {
                    order.removeFirst(first)
                    first = 0
                }
                if let waiter = waiting.removeValue(forKey: id) { return waiter }
            }
            return nil
        }
    }

    private let state: Mutex<State>

    package init(_ count: Int) {
        state = Mutex(State(free: count))
    }

    /// Waits for a slot. The caller must call `release` later. Throws if the task is cancelled or `shutDown` was
    /// called.
    package func acquire() async throws {
        let id = state.withLock { state -> Int? in
            if state.free > 0 && !state.isShutDown {
                state.free -= 1
                return nil
            }
            state.nextID += 1
            return state.nextID
        }
        guard let id else { return }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { wait($0, id: id) }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(throwing: HTTPError.cancelled)
        }
    }

    package func release() {
        let next = state.withLock { state in
            let next = state.popFirst()
            if next == nil { state.free += 1 }
            return next
        }
        next?.resume()
    }

    /// All waiters fail, and all later calls of `acquire`.
    package func shutDown() {
        let waiting = state.withLock { state in
            defer { state.waiting = [:] }
            state.isShutDown = true
            return state.waiting
        }
        for waiter in waiting.values { waiter.resume(throwing: HTTPError.shutDown) }
    }

    private func wait(_ waiter: Waiter, id: Int) {
        let result = state.withLock { state -> Result<Void, any Error>? in
            // The cancellation handler has already run if the task was cancelled before this point.
            guard !Task.isCancelled else { return .failure(HTTPError.cancelled) }
            guard !state.isShutDown else { return .failure(HTTPError.shutDown) }
            if state.free > 0 {
                state.free -= 1
                return .success(())
            }
            state.append(waiter, id: id)
            return nil
        }
        if let result { waiter.resume(with: result) }
    }
}
