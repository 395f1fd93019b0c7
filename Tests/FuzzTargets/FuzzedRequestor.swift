// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOEmbedded

/// An association that we request; the bytes are what the peer sends.
enum FuzzedRequestor {
    private static let contextID: UInt8 = 3
    private static let request = AAssociateRQ(
        calledAETitle: AETitle("FUZZER"), callingAETitle: AETitle("STORESCU"),
        presentationContexts: [
            ProposedPresentationContext(
                id: 1, abstractSyntax: SOPClass.verification,
                transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid]),
            ProposedPresentationContext(
                id: contextID, abstractSyntax: SOPClass.ctImageStorage,
                transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid]),
        ],
        userInformation: UserInformation(implementationClassUID: "2.25.1"))

    private static let command: CommandSet = {
        var command = CommandSet()
        command.set(.affectedSOPClassUID, uid: SOPClass.ctImageStorage)
        command.set(.commandField, CommandField.cStoreRQ.rawValue)
        command.set(.priority, 0)
        command.set(.commandDataSetType, 0)
        command.set(.affectedSOPInstanceUID, uid: "1.2.3")
        return command
    }()

    /// The bytes arrive in two pieces. After the first we send a request, after the second we ask for release. Whatever
    /// they are, the association ends and its connection is closed.
    static func run(_ bytes: UnsafeRawBufferPointer) {
        let channel = EmbeddedChannel()
        var limits = RequestorLimits()
        limits.maximumDataSetLength = 16
        limits.maximumRequests = 4
        let handler = RequestorHandler(request: request, eventLoop: channel.eventLoop, limits: limits)
        do {
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 104)).wait()
            let half = bytes.count / 2
            try channel.writeInbound(ByteBuffer(bytes: bytes[..<half]))
            if (try? handler.invoke(command, on: contextID)) != nil {
                _ = handler.sendDataSet(ByteBuffer(bytes: [8, 0, 0, 0]), on: contextID, isLast: true)
            }
            try channel.writeInbound(ByteBuffer(bytes: bytes[half...]))
            handler.release()
            channel.embeddedEventLoop.advanceTime(by: .hours(1))
            precondition(!channel.isActive, "the connection stays open")
            _ = try channel.finish(acceptAlreadyClosed: true)
        } catch {
            fatalError("an association must not throw: \(error)")
        }
    }
}
