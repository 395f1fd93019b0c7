import NIOCore
import Synchronization

/// The instances that are being written, and the keys that are being published, each by one of them at a time: with two of
/// one key side by side it would be left to chance which of them is stored, and which of them the manifest describes.
final class UploadsInProgress: Sendable {
    private struct State {
        var count = 0
        var waitingForNone: [CheckedContinuation<Void, Never>] = []
        var takenKeys: Set<String> = []
        /// Those who wait for a key, in turn.
        var waiting: [String: [EventLoopPromise<Void>]] = [:]
    }

    private let state = Mutex(State())

    /// An instance begins; `end` must follow when it has been finished or discarded.
    func begin() {
        state.withLock { $0.count += 1 }
    }

    func end() {
        let resumed = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            state.count -= 1
            guard state.count == 0 else { return [] }
            defer { state.waitingForNone = [] }
            return state.waitingForNone
        }
        for continuation in resumed { continuation.resume() }
    }

    /// Returns when every instance has been finished or discarded.
    func waitUntilNone() async {
        await withCheckedContinuation { continuation in
            let isNone = state.withLock { state in
                if state.count > 0 { state.waitingForNone.append(continuation) }
                return state.count == 0
            }
            if isNone { continuation.resume() }
        }
    }

    /// Nil: the key is the caller's, who must `release` it. A future: when it completes. It never fails.
    func acquire(_ key: String, eventLoop: any EventLoop) -> EventLoopFuture<Void>? {
        state.withLock { state in
            guard !state.takenKeys.insert(key).inserted else { return nil }
            let promise = eventLoop.makePromise(of: Void.self)
            state.waiting[key, default: []].append(promise)
            return promise.futureResult
        }
    }

    func release(_ key: String) {
        let next = state.withLock { state -> EventLoopPromise<Void>? in
            guard !state.waiting.isEmpty, var waiting = state.waiting.removeValue(forKey: key) else {
                state.takenKeys.remove(key)
                return nil
            }
            let next = waiting.removeFirst()
            if !waiting.isEmpty { state.waiting[key] = waiting }
            return next
        }
        next?.succeed()
    }
}
