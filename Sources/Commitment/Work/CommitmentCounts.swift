// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts events since the last `take`.
package final class CommitmentCounts: Sendable {
    package struct Counts: Hashable, Sendable {
        /// Requests that were answered with a failure status.
        package var refused = 0
        package var reported = 0
        /// Transactions that were given up.
        package var failed = 0
    }

    private let counts = Mutex(Counts())

    package init() {}

    func add(to count: any WritableKeyPath<Counts, Int> & Sendable) {
        counts.withLock { $0[keyPath: count] += 1 }
    }

    /// Returns the counts and starts again from zero.
    package func take() -> Counts {
        counts.withLock { counts in
            defer { counts = Counts() }
            return counts
        }
    }
}
