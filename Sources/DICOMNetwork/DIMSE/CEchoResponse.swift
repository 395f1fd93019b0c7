// SPDX-License-Identifier: Apache-2.0

import DICOM

/// C-ECHO-RSP. PS3.7 §9.3.5.2.
package struct CEchoResponse: Hashable, Sendable {
    package let messageIDBeingRespondedTo: UInt16
    package let status: DIMSEStatus

    package init(to request: CEchoRequest, status: DIMSEStatus = .success) {
        messageIDBeingRespondedTo = request.messageID
        self.status = status
    }

    package init(_ command: CommandSet) throws(CommandSetError) {
        messageIDBeingRespondedTo = try command.uint16(.messageIDBeingRespondedTo)
        status = DIMSEStatus(rawValue: try command.uint16(.status))
    }

    package func commandSet() -> CommandSet {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: SOPClass.verification)
        command.set(.commandField, CommandField.cEchoRSP.rawValue)
        command.set(.messageIDBeingRespondedTo, messageIDBeingRespondedTo)
        command.set(.commandDataSetType, CommandSet.noDataSet)
        command.set(.status, status.rawValue)
        return command
    }
}
