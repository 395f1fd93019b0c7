// SPDX-License-Identifier: Apache-2.0

import DICOM

/// N-ACTION-RQ. PS3.7 §10.3.4.1.
package struct NActionRequest: Hashable, Sendable {
    /// The only action type of the Storage Commitment Push Model. PS3.4 Table J.3-1.
    package static let requestStorageCommitment: UInt16 = 1

    package let messageID: UInt16
    package let requestedSOPClassUID: UID
    package let requestedSOPInstanceUID: UID
    package let actionTypeID: UInt16
    package let presentationContextID: UInt8
    /// The presentation context's transfer syntax.
    package let transferSyntax: TransferSyntax

    package init(
        messageID: UInt16, requestedSOPClassUID: UID, requestedSOPInstanceUID: UID, actionTypeID: UInt16,
        presentationContextID: UInt8, transferSyntax: TransferSyntax
    ) {
        self.messageID = messageID
        self.requestedSOPClassUID = requestedSOPClassUID
        self.requestedSOPInstanceUID = requestedSOPInstanceUID
        self.actionTypeID = actionTypeID
        self.presentationContextID = presentationContextID
        self.transferSyntax = transferSyntax
    }

    package init(_ command: CommandSet, on context: AcceptedPresentationContext) throws(CommandSetError) {
        self.init(
            messageID: try command.uint16(.messageID),
            requestedSOPClassUID: try command.uid(.requestedSOPClassUID),
            requestedSOPInstanceUID: try command.uid(.requestedSOPInstanceUID),
            actionTypeID: try command.uint16(.actionTypeID),
            presentationContextID: context.id, transferSyntax: context.transferSyntax)
    }

    package func commandSet() -> CommandSet {
        var command = CommandSet()
        command.set(.requestedSOPClassUID, uid: requestedSOPClassUID.value)
        command.set(.commandField, CommandField.nActionRQ.rawValue)
        command.set(.messageID, messageID)
        command.set(.commandDataSetType, 0x0000)
        command.set(.requestedSOPInstanceUID, uid: requestedSOPInstanceUID.value)
        command.set(.actionTypeID, actionTypeID)
        return command
    }
}
