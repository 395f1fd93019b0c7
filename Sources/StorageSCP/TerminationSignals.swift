// SPDX-License-Identifier: Apache-2.0

import Glibc
import UnixSignals

/// SIGTERM and SIGINT: the first signal starts an orderly shutdown, a second one ends the process at once.
struct TerminationSignals {
    private let arrivals: UnixSignalsSequence

    /// Returns when the signals are being caught.
    init() async {
        arrivals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
    }

    /// Returns at the first signal. A task that waits for the second one keeps catching them.
    func first() async {
        var iterator = arrivals.makeAsyncIterator()
        _ = await iterator.next()
        Task { [iterator] in
            var iterator = iterator
            if let second = await iterator.next() { exit(128 + second.rawValue) }
        }
    }
}
