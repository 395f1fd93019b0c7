// SPDX-License-Identifier: Apache-2.0

import StorageSCU
import Synchronization

/// Keeps what a sender told.
final class Results: SendObserver {
    private struct State {
        var results: [FileResult] = []
        var bytes = 0
        var retries: [String] = []
    }

    private let state = Mutex(State())

    var all: [FileResult] { state.withLock { $0.results } }
    var bytes: Int { state.withLock { $0.bytes } }
    var retries: [String] { state.withLock { $0.retries } }

    /// The outcomes by path.
    var outcomes: [String: FileOutcome] {
        Dictionary(all.map { ($0.path, $0.outcome) }) { first, _ in first }
    }

    func fileEnded(_ result: FileResult) { state.withLock { $0.results.append(result) } }

    func sent(bytes: Int) { state.withLock { $0.bytes += bytes } }

    func willRetry(after delay: Duration, because reason: String) { state.withLock { $0.retries.append(reason) } }
}
