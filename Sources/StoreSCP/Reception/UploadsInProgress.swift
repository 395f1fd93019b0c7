import Synchronization

/// The keys that are being written, each by one upload at a time: with two instances of one key side by side it would be
/// left to chance which of them is stored, and which of them the manifest describes.
final class UploadsInProgress: Sendable {
    private struct State {
        /// Those who wait for each key that is taken, in turn.
        var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]
        var waitingForNone: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// Returns when the key is the caller's, who must `end` it.
    func begin(_ key: String) async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                let isFree = state.waiting[key] == nil
                state.waiting[key, default: []] += isFree ? [] : [continuation]
                return isFree
            }
            if isFree { continuation.resume() }
        }
    }

    func end(_ key: String) {
        let resumed = state.withLock { state -> [CheckedContinuation<Void, Never>] in
            if let next = state.waiting[key]?.first {
                state.waiting[key]?.removeFirst()
                return [next]
            }
            state.waiting[key] = nil
            guard state.waiting.isEmpty else { return [] }
            defer { state.waitingForNone = [] }
            return state.waitingForNone
        }
        for continuation in resumed { continuation.resume() }
    }

    /// Returns when every upload has been finished or discarded.
    func waitUntilNone() async {
        await withCheckedContinuation { continuation in
            let isNone = state.withLock { state in
                if !state.waiting.isEmpty { state.waitingForNone.append(continuation) }
                return state.waiting.isEmpty
            }
            if isNone { continuation.resume() }
        }
    }
}
