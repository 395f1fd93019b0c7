// SPDX-License-Identifier: Apache-2.0

/// What peers may make one receiver hold, and how long it tries.
///
/// A receiver holds the references of at most `maximumTakes` requests and `maximumWorkers` transactions at the same
/// time, some 15 MB for each when it has 50,000 references with long UIDs; of every other open transaction it holds the
/// state, less than 1 KiB.
package struct CommitmentLimits: Sendable {
    /// Transactions that are worked on at the same time.
    package static let maximumWorkers = 4
    /// Requests that are being made durable at the same time. Others wait for their turn.
    package static let maximumTakes = 4
    /// Transactions of others that one query looks for.
    package static let maximumOverdue = 100
    /// Transactions between two titles that one query looks for.
    package static let maximumUnreported = 1_000

    package var maximumReferences = 50_000
    package var maximumOpen = 10_000
    package var maximumOpenPerTitle = 2_000
    /// How long a report is tried.
    package var reports: Duration
    /// How long one piece of work may take until other tasks join in.
    package var lease: Duration

    package init(reports: Duration = .seconds(7 * 86_400), lease: Duration = .seconds(60)) {
        self.reports = reports
        self.lease = lease
    }
}
