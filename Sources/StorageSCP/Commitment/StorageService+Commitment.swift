// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import DICOMNetwork
import Logging
import NIOCore

/// Storage commitment: requests that peers send, and the associations on which they can be answered.
extension StorageService: CommitmentReceptionService {
    func actionBegins(
        _ request: NActionRequest, on association: Association, eventLoop: any EventLoop
    ) -> RequestDecision {
        guard let commitments else {
            return .refuse(.unrecognizedOperation, comment: "Storage commitment is not provided")
        }
        return .receive(
            CommitmentReception(
                request: request, association: association, limits: commitmentLimits, budget: budget,
                commitments: commitments, service: self, eventLoop: eventLoop))
    }

    func refused(_ problem: CommitmentRequestProblem, on association: Association) {
        log(
            "commitment refused", at: .warning, of: association,
            metadata: ["status": "\(problem.status)", "reason": "\(problem)"])
    }

    func refused(_ request: CommitmentRequest, with answer: CommitmentAnswer, on association: Association) {
        let name = CommitmentTransaction.Name(
            callingAETitle: request.callingAETitle, transactionUID: request.transactionUID)
        var metadata = name.metadata
        metadata["status"] = "\(answer.status)"
        metadata["reason"] = answer.comment.map { "\($0)" }
        log(
            "commitment refused", at: answer.error == nil ? .warning : .error, error: answer.error, of: association,
            metadata: metadata)
    }

    func associationOpened(_ association: Association, notifier: AssociationNotifier) {
        guard let commitments else { return }
        let reporter = AssociationReporter(association, notifier: notifier) { commitments.reporterEnded($0) }
        guard let reporter else { return }
        reporters.withLock { $0[association.id] = reporter }
        commitments.reporterOpened(reporter)
    }

    func endReporter(of association: Association) {
        reporters.withLock { $0.removeValue(forKey: association.id) }?.end()
    }
}
