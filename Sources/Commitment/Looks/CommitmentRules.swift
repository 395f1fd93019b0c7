// SPDX-License-Identifier: Apache-2.0

/// When a finding is an answer, and when it is too early for one.
package struct CommitmentRules: Sendable {
    enum Decision: Hashable, Sendable {
        case success
        case failure(FailureReason)
        case waits
    }

    /// How long after the request an unknown instance may still become known: its delivery is open, or waits for the
    /// sweep.
    package let unknown: Duration
    /// How long after the request an answer is given, whatever is known then.
    package let deadline: Duration

    package init(unknown: Duration, deadline: Duration) {
        self.unknown = unknown
        self.deadline = deadline
    }

    func decision(on finding: InstanceFinding, age: Duration) -> Decision {
        switch finding {
        case .committed: .success
        case .importedAgain: age < deadline ? .waits : .success
        case .ofAnotherClass: .failure(.classInstanceConflict)
        case .failed: .failure(.processingFailure)
        case .pending: age < deadline ? .waits : .failure(.processingFailure)
        case .unknown: age < min(unknown, deadline) ? .waits : .failure(.noSuchObjectInstance)
        }
    }
}
