// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOMNetwork
import Synchronization

/// Answers requests as a test needs it, and records them.
final class TestCommitments: CommitmentService {
    private struct State {
        var requests: [CommitmentRequest] = []
        var reporters: [any CommitmentReporter] = []
        var ended = 0
    }

    private let answer: CommitmentAnswer
    private let state = Mutex(State())

    init(_ answer: CommitmentAnswer = CommitmentAnswer(.success)) {
        self.answer = answer
    }

    var requests: [CommitmentRequest] { state.withLock { $0.requests } }
    /// In the order in which they were opened.
    var reporters: [any CommitmentReporter] { state.withLock { $0.reporters } }
    var endedReporters: Int { state.withLock { $0.ended } }

    func take(_ request: CommitmentRequest) async -> CommitmentAnswer {
        state.withLock { $0.requests.append(request) }
        return answer
    }

    func reporterOpened(_ reporter: any CommitmentReporter) {
        state.withLock { $0.reporters.append(reporter) }
    }

    func reporterEnded(_ reporter: any CommitmentReporter) {
        state.withLock { $0.ended += 1 }
    }
}
