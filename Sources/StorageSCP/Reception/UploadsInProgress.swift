// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts the instances that are being written.
final class UploadsInProgress: Sendable {
    private struct State {
        var count = 0
        var waitingForNone: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    /// An instance begins. The caller must call `end` when it has been finished or discarded.
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
}
