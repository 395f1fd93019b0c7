// SPDX-License-Identifier: Apache-2.0

import DICOM

/// C-ECHO-RQ. PS3.7 §9.3.5.1.
package struct CEchoRequest: Hashable, Sendable {
    package let messageID: UInt16

    package init(messageID: UInt16) {
        self.messageID = messageID
    }

    package init(_ command: CommandSet) throws(CommandSetError) {
        messageID = try command.uint16(.messageID)
    }

    package func commandSet() -> CommandSet {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: SOPClass.verification)
        command.set(.commandField, CommandField.cEchoRQ.rawValue)
        command.set(.messageID, messageID)
        command.set(.commandDataSetType, CommandSet.noDataSet)
        return command
    }
}
