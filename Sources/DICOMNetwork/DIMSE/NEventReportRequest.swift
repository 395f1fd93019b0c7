// SPDX-License-Identifier: Apache-2.0

import DICOM

/// N-EVENT-REPORT-RQ with event information. PS3.7 §10.3.1.1.
package struct NEventReportRequest: Hashable, Sendable {
    package let affectedSOPClassUID: String
    package let affectedSOPInstanceUID: String
    package let eventTypeID: UInt16

    package init(affectedSOPClassUID: String, affectedSOPInstanceUID: String, eventTypeID: UInt16) {
        self.affectedSOPClassUID = affectedSOPClassUID
        self.affectedSOPInstanceUID = affectedSOPInstanceUID
        self.eventTypeID = eventTypeID
    }

    /// Without a message ID: the association that sends it gives it one.
    package func commandSet() -> CommandSet {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: affectedSOPClassUID)
        command.set(.commandField, CommandField.nEventReportRQ.rawValue)
        command.set(.commandDataSetType, 0x0000)
        command.set(.affectedSOPInstanceUID, uid: affectedSOPInstanceUID)
        command.set(.eventTypeID, eventTypeID)
        return command
    }
}
