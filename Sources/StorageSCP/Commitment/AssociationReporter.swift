// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOM
import DICOMNetwork
import Synchronization

/// Reports on an association that the peer opened.
final class AssociationReporter: CommitmentReporter {
    let peerAETitle: String
    let ownAETitle: String
    private let notifier: AssociationNotifier
    private let context: AcceptedPresentationContext
    private let hasEnded = Atomic(false)
    private let onEnd: @Sendable (AssociationReporter) -> Void

    /// `nil` if the association has no context for the class. `onEnd` is called once, when no further report is
    /// possible.
    init?(
        _ association: Association, notifier: AssociationNotifier,
        onEnd: @escaping @Sendable (AssociationReporter) -> Void
    ) {
        let contexts = association.acceptedContexts.values.filter {
            $0.abstractSyntax == SOPClass.storageCommitmentPushModel
        }
        guard let context = contexts.min(by: { $0.id < $1.id }) else { return nil }
        self.context = context
        self.notifier = notifier
        self.onEnd = onEnd
        peerAETitle = association.callingAETitle
        ownAETitle = association.calledAETitle
    }

    func send(_ report: CommitmentReport) async throws -> DIMSEStatus {
        do {
            return try await notifier.notify(
                report.request, on: context.id,
                dataSet: CommitmentReportDataSet(report, transferSyntax: context.transferSyntax))
        } catch {
            // The association has ended, is ending, or has a peer that does not answer.
            end()
            throw error
        }
    }

    func end() {
        if !hasEnded.exchange(true, ordering: .relaxed) { onEnd(self) }
    }
}
