// SPDX-License-Identifier: Apache-2.0

import DICOM

/// C-STORE-RQ. PS3.7 §9.3.1.1.
package struct CStoreRequest: Hashable, Sendable {
    package let messageID: UInt16
    package let affectedSOPClassUID: UID
    package let affectedSOPInstanceUID: UID
    /// 0 medium, 1 high, 2 low; a peer may send anything.
    package let priority: UInt16
    package let moveOriginatorApplicationEntityTitle: String?
    package let moveOriginatorMessageID: UInt16?
    package let presentationContextID: UInt8
    /// The presentation context's transfer syntax.
    package let transferSyntax: TransferSyntax

    package init(
        messageID: UInt16, affectedSOPClassUID: UID, affectedSOPInstanceUID: UID, priority: UInt16 = 0,
        moveOriginatorApplicationEntityTitle: String? = nil, moveOriginatorMessageID: UInt16? = nil,
        presentationContextID: UInt8, transferSyntax: TransferSyntax
    ) {
        self.messageID = messageID
        self.affectedSOPClassUID = affectedSOPClassUID
        self.affectedSOPInstanceUID = affectedSOPInstanceUID
        self.priority = priority
        self.moveOriginatorApplicationEntityTitle = moveOriginatorApplicationEntityTitle
        self.moveOriginatorMessageID = moveOriginatorMessageID
        self.presentationContextID = presentationContextID
        self.transferSyntax = transferSyntax
    }

    /// Priority and move originator have no effect here, so errors in them are ignored.
    package init(_ command: CommandSet, on context: AcceptedPresentationContext) throws(CommandSetError) {
        self.init(
            messageID: try command.uint16(.messageID),
            affectedSOPClassUID: try command.uid(.affectedSOPClassUID),
            affectedSOPInstanceUID: try command.uid(.affectedSOPInstanceUID),
            priority: (try? command.uint16(.priority)) ?? 0,
            moveOriginatorApplicationEntityTitle: command.text(.moveOriginatorApplicationEntityTitle),
            moveOriginatorMessageID: try? command.uint16(.moveOriginatorMessageID),
            presentationContextID: context.id, transferSyntax: context.transferSyntax)
    }

    package func commandSet() -> CommandSet {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: affectedSOPClassUID.value)
        command.set(.commandField, CommandField.cStoreRQ.rawValue)
        command.set(.messageID, messageID)
        command.set(.priority, priority)
        command.set(.commandDataSetType, 0x0000)
        command.set(.affectedSOPInstanceUID, uid: affectedSOPInstanceUID.value)
        if let title = moveOriginatorApplicationEntityTitle {
            command.set(.moveOriginatorApplicationEntityTitle, text: title)
        }
        if let id = moveOriginatorMessageID { command.set(.moveOriginatorMessageID, id) }
        return command
    }
}
