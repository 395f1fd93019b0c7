// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// The associations of peers on which reports can be sent. Their number is bounded by that of open associations.
final class OpenReporters: Sendable {
    private let reporters = Mutex<[TitlePair: [any CommitmentReporter]]>([:])

    func add(_ reporter: any CommitmentReporter) {
        reporters.withLock { $0[reporter.titles, default: []].append(reporter) }
    }

    func remove(_ reporter: any CommitmentReporter) {
        reporters.withLock { reporters in
            guard var open = reporters.removeValue(forKey: reporter.titles) else { return }
            open.removeAll { $0 === reporter }
            if !open.isEmpty { reporters[reporter.titles] = open }
        }
    }

    /// The one that was opened last; others may be about to end.
    func reporter(for titles: TitlePair) -> (any CommitmentReporter)? {
        reporters.withLock { $0[titles]?.last }
    }

    var titles: [TitlePair] { reporters.withLock { Array($0.keys) } }
}

extension CommitmentReporter {
    var titles: TitlePair { TitlePair(callingAETitle: peerAETitle, calledAETitle: ownAETitle) }
}
