// SPDX-License-Identifier: Apache-2.0

import Commitment
import DICOMNetwork

@testable import StorageSCP

/// The tables of the conformance statement about storage commitment.
extension GeneratedTable {
    static let commitment = [actionStatuses, failureReasons]

    private static let actionStatuses = GeneratedTable(
        of: .conformance, name: "statuses of N-ACTION", ["status", "when"],
        [
            row(.success, "the request is stored durably"),
            row(.processingFailure, "the request could not be stored: it can be sent again"),
            row(.noSuchSOPInstance, "the Requested SOP Instance UID is not that of the well-known instance"),
            row(
                CommitmentRequestProblem.noReferences.status,
                "the data set is absent or cannot be read; the Transaction UID or the Referenced SOP Sequence is "
                    + "missing, repeated or empty; a reference has no class or no instance; a UID is not valid; an "
                    + "instance is named with two classes"),
            row(.invalidSOPInstance, "the Requested SOP Instance UID is not a UID"),
            row(.noSuchSOPClass, "the Requested SOP Class UID is another one, and so is the instance"),
            row(.classInstanceConflict, "the Requested SOP Class UID is another one, on the well-known instance"),
            row(.noSuchAction, "the Action Type ID is not 1"),
            row(
                .duplicateTransactionUID,
                "the Transaction UID is that of another request of the same calling AE title"),
            row(.duplicateInvocation, "the Message ID is that of a request that is not answered yet"),
            row(
                .unrecognizedOperation,
                "the presentation context is for another SOP class; or a C-STORE on the context for this one"),
            row(.mistypedArgument, "an element of the command is missing, or does not have its VR"),
            row(
                CommitmentRequestProblem.tooLong(maximum: 0).status,
                "more references, bytes or levels of nesting than the limits, or too many open transactions"),
        ])

    private static func row(_ status: DIMSEStatus, _ cause: String) -> [String] { ["\(status)", cause] }

    private static let failureReasons = GeneratedTable(
        of: .conformance, name: "failure reasons", ["Failure Reason (0008,1197)", "when"],
        [
            reason(.processingFailure, "the import of the instance failed, or its end is not known at the deadline"),
            reason(.noSuchObjectInstance, "the instance was not received"),
            reason(.classInstanceConflict, "the instance has another SOP class"),
        ])

    private static func reason(_ reason: FailureReason, _ cause: String) -> [String] {
        row(DIMSEStatus(rawValue: reason.rawValue), cause)
    }
}
