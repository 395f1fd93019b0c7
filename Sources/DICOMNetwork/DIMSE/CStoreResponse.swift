// SPDX-License-Identifier: Apache-2.0

import DICOM

/// C-STORE-RSP. PS3.7 §9.3.1.2.
package struct CStoreResponse: Hashable, Sendable {
    package let messageIDBeingRespondedTo: UInt16
    package let affectedSOPClassUID: UID
    package let affectedSOPInstanceUID: UID
    package let status: DIMSEStatus
    package let errorComment: String?

    package init(to request: CStoreRequest, outcome: OperationOutcome) {
        messageIDBeingRespondedTo = request.messageID
        affectedSOPClassUID = request.affectedSOPClassUID
        affectedSOPInstanceUID = request.affectedSOPInstanceUID
        status = outcome.status
        errorComment = outcome.errorComment
    }

    package init(_ command: CommandSet) throws(CommandSetError) {
        messageIDBeingRespondedTo = try command.uint16(.messageIDBeingRespondedTo)
        affectedSOPClassUID = try command.uid(.affectedSOPClassUID)
        affectedSOPInstanceUID = try command.uid(.affectedSOPInstanceUID)
        status = DIMSEStatus(rawValue: try command.uint16(.status))
        errorComment = command.text(.errorComment)
    }

    package func commandSet() -> CommandSet {
        CommandSet(
            .cStoreRSP, to: messageIDBeingRespondedTo, affectedSOPClassUID: affectedSOPClassUID,
            affectedSOPInstanceUID: affectedSOPInstanceUID, status: status, errorComment: errorComment)
    }
}
