// SPDX-License-Identifier: Apache-2.0

import DICOM

/// N-ACTION-RSP without an action reply. PS3.7 §10.3.4.2.
package struct NActionResponse: Hashable, Sendable {
    package let messageIDBeingRespondedTo: UInt16
    package let affectedSOPClassUID: UID
    package let affectedSOPInstanceUID: UID
    package let status: DIMSEStatus
    package let errorComment: String?

    package init(to request: NActionRequest, outcome: OperationOutcome) {
        messageIDBeingRespondedTo = request.messageID
        affectedSOPClassUID = request.requestedSOPClassUID
        affectedSOPInstanceUID = request.requestedSOPInstanceUID
        status = outcome.status
        errorComment = outcome.errorComment
    }

    /// Without (0000,1008) Action Type ID, which belongs to an action reply. PS3.7 §10.1.4.1.6.
    package func commandSet() -> CommandSet {
        CommandSet(
            .nActionRSP, to: messageIDBeingRespondedTo, affectedSOPClassUID: affectedSOPClassUID,
            affectedSOPInstanceUID: affectedSOPInstanceUID, status: status, errorComment: errorComment)
    }
}
