// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork

/// What the network side asks of storage commitment.
package protocol CommitmentService: Sendable {
    /// Takes a request, and returns once it is durable or refused. Never throws: a failure is a status.
    func take(_ request: CommitmentRequest) async -> CommitmentAnswer

    /// A peer has an association on which reports can be sent, until `reporterEnded`. Must not block.
    func reporterOpened(_ reporter: any CommitmentReporter)

    func reporterEnded(_ reporter: any CommitmentReporter)
}

/// The answer to an N-ACTION-RQ. The caller of `take` logs a refusal: it knows how many lines an association may have.
package struct CommitmentAnswer: Sendable {
    package let status: DIMSEStatus
    /// For the Error Comment (0000,0902); `nil` with success.
    package let comment: String?
    /// Why the store did not take the request; `nil` with other reasons.
    package let error: (any Error)?

    package init(_ status: DIMSEStatus, comment: String? = nil, error: (any Error)? = nil) {
        self.status = status
        self.comment = comment
        self.error = error
    }
}

/// Sends reports to one peer: on an association that the peer opened, or on new ones that we open.
package protocol CommitmentReporter: AnyObject, Sendable {
    /// The title of the peer, and ours: only transactions between these two are reported here.
    var peerAETitle: String { get }
    var ownAETitle: String { get }

    /// Sends an N-EVENT-REPORT-RQ, and returns the status of the peer's answer. If several reports are sent at once,
    /// they go one after the other. Throws if there was no answer: the peer may have the report or not.
    func send(_ report: CommitmentReport) async throws -> DIMSEStatus
}

/// Makes a reporter that opens an association of its own for each group of reports; `nil` for a peer whose address is
/// not known (`COMMITMENT_PEERS`).
package protocol CommitmentReporterSource: Sendable {
    func reporter(toPeer peerAETitle: String, from ownAETitle: String) -> (any CommitmentReporter)?
}
