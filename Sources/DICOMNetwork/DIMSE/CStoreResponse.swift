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

    /// Has the error comment unless the status is success. PS3.4 Table B.2-1.
    package func commandSet() -> CommandSet {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: affectedSOPClassUID.value)
        command.set(.commandField, CommandField.cStoreRSP.rawValue)
        command.set(.messageIDBeingRespondedTo, messageIDBeingRespondedTo)
        command.set(.commandDataSetType, CommandSet.noDataSet)
        command.set(.status, status.rawValue)
        command.set(.affectedSOPInstanceUID, uid: affectedSOPInstanceUID.value)
        if let errorComment, status != .success { command.setErrorComment(errorComment) }
        return command
    }
}
