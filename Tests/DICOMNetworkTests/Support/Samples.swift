// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore

/// PDUs and messages of a synthetic peer.
enum Samples {
    static let verificationContext: UInt8 = 1
    static let storageContext: UInt8 = 3

    static let request = AAssociateRQ(
        calledAETitle: AETitle("STORESCP"), callingAETitle: AETitle("CT1"),
        presentationContexts: [
            ProposedPresentationContext(
                id: verificationContext, abstractSyntax: SOPClass.verification,
                transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid]),
            ProposedPresentationContext(
                id: storageContext, abstractSyntax: SOPClass.ctImageStorage,
                transferSyntaxes: [
                    TransferSyntax.implicitVRLittleEndian.uid, TransferSyntax.explicitVRLittleEndian.uid,
                ]),
            ProposedPresentationContext(
                id: 5, abstractSyntax: "1.2.840.10008.5.1.4.1.2.2.1",
                transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid]),
        ],
        userInformation: UserInformation(
            maximumLength: 16384, implementationClassUID: "2.25.2", implementationVersionName: "PEER"))

    static let commitmentContext: UInt8 = 7

    /// With a context for storage commitment.
    static let committingRequest: AAssociateRQ = {
        var committing = request
        committing.presentationContexts.append(
            ProposedPresentationContext(
                id: commitmentContext, abstractSyntax: SOPClass.storageCommitmentPushModel,
                transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid]))
        return committing
    }()

    static func actionCommand(messageID: UInt16 = 9) throws -> CommandSet {
        NActionRequest(
            messageID: messageID, requestedSOPClassUID: try UID(SOPClass.storageCommitmentPushModel),
            requestedSOPInstanceUID: try UID(SOPClass.storageCommitmentPushModelInstance), actionTypeID: 1,
            presentationContextID: commitmentContext, transferSyntax: .implicitVRLittleEndian
        ).commandSet()
    }

    static let eventReport = NEventReportRequest(
        affectedSOPClassUID: SOPClass.storageCommitmentPushModel,
        affectedSOPInstanceUID: SOPClass.storageCommitmentPushModelInstance, eventTypeID: 1)

    /// N-EVENT-REPORT-RSP.
    static func eventAnswer(to messageID: UInt16, status: UInt16 = 0, hasReply: Bool = false) -> CommandSet {
        var command = CommandSet()
        command.set(.commandField, CommandField.nEventReportRSP.rawValue)
        command.set(.messageIDBeingRespondedTo, messageID)
        command.set(.commandDataSetType, hasReply ? 0 : CommandSet.noDataSet)
        command.set(.status, status)
        return command
    }

    static func storeCommand(
        messageID: UInt16 = 7, instance: String = "1.2.3.4"
    ) -> CommandSet {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: SOPClass.ctImageStorage)
        command.set(.commandField, CommandField.cStoreRQ.rawValue)
        command.set(.messageID, messageID)
        command.set(.priority, 0)
        command.set(.commandDataSetType, 0)
        command.set(.affectedSOPInstanceUID, uid: instance)
        return command
    }

    static func value(
        _ bytes: [UInt8], context: UInt8 = storageContext, isCommand: Bool = false, isLast: Bool = true
    ) -> PresentationDataValue {
        PresentationDataValue(
            contextID: context, isCommand: isCommand, isLast: isLast, fragment: ByteBuffer(bytes: bytes))
    }

    static func value(_ command: CommandSet, context: UInt8 = storageContext) -> PresentationDataValue {
        PresentationDataValue(contextID: context, isCommand: true, isLast: true, fragment: command.encoded())
    }

    static func data(_ values: PresentationDataValue...) -> PDU {
        .dataTF(PDataTF(values: values))
    }

    static func encoded(_ pdus: PDU...) -> ByteBuffer {
        var buffer = ByteBuffer()
        for pdu in pdus { PDUEncoder.encode(pdu, into: &buffer) }
        return buffer
    }
}
