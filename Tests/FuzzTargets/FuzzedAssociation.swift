// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOEmbedded

/// An association that accepts everything and stores nothing.
enum FuzzedAssociation {
    static let policy = AcceptancePolicy(
        supportsAbstractSyntax: {
            $0 == SOPClass.storageCommitmentPushModel || AcceptancePolicy.isStorageOrVerification($0)
        }, implementationClassUID: "2.25.1", implementationVersionName: "FUZZED")

    private final class Service: AssociationService {
        func decide(
            on request: AAssociateRQ, from peer: SocketAddress?, eventLoop: any EventLoop
        ) -> EventLoopFuture<AssociationDecision> {
            eventLoop.makeSucceededFuture(.accept(FuzzedAssociation.policy))
        }

        func admit(_ association: Association) -> AssociationRejection? { nil }

        func nextTurn(on eventLoop: any EventLoop) -> EventLoopFuture<Void> { eventLoop.makeSucceededVoidFuture() }

        func instanceBegins(
            _ request: CStoreRequest, on association: Association, eventLoop: any EventLoop
        ) -> RequestDecision {
            .receive(Receiver(eventLoop: eventLoop))
        }

        func actionBegins(
            _ request: NActionRequest, on association: Association, eventLoop: any EventLoop
        ) -> RequestDecision {
            .receive(Receiver(eventLoop: eventLoop))
        }

        func requestRefused(_ refusal: RequestRefusal, on association: Association) {}

        func associationEnded(_ summary: AssociationSummary) {}
    }

    private final class Receiver: DataSetReceiver {
        private let eventLoop: any EventLoop

        init(eventLoop: any EventLoop) {
            self.eventLoop = eventLoop
        }

        func receive(_ fragment: ByteBuffer) -> Readiness { .now }

        func finish() -> EventLoopFuture<OperationOutcome> {
            eventLoop.makeSucceededFuture(OperationOutcome(status: .success))
        }

        func cancel() {}
    }

    private static let request: ByteBuffer = {
        let classes = [SOPClass.verification, SOPClass.ctImageStorage, SOPClass.storageCommitmentPushModel]
        let contexts = classes.enumerated().map { index, abstractSyntax in
            ProposedPresentationContext(
                id: UInt8(2 * index + 1), abstractSyntax: abstractSyntax,
                transferSyntaxes: [TransferSyntax.implicitVRLittleEndian.uid])
        }
        var information = UserInformation(maximumLength: 64)
        information.asynchronousOperationsWindow = AsynchronousOperationsWindow(
            maximumOperationsInvoked: 2, maximumOperationsPerformed: 1)
        var buffer = ByteBuffer()
        PDUEncoder.encode(
            .associateRQ(
                AAssociateRQ(
                    calledAETitle: AETitle("STORESCP"), callingAETitle: AETitle("FUZZER"),
                    presentationContexts: contexts, userInformation: information)),
            into: &buffer)
        return buffer
    }()

    /// The bytes arrive in two pieces. Then the peer may end its output, and the connection is closed.
    static func run(_ bytes: UnsafeRawBufferPointer) {
        let channel = EmbeddedChannel()
        do {
            try channel.pipeline.syncOperations.addHandler(AssociationHandler(service: Service(), id: "fuzzed"))
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 104)).wait()
            try channel.writeInbound(request)
            let half = bytes.count / 2
            try channel.writeInbound(ByteBuffer(bytes: bytes[..<half]))
            try channel.writeInbound(ByteBuffer(bytes: bytes[half...]))
            if half.isMultiple(of: 2) { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
            channel.embeddedEventLoop.advanceTime(by: .hours(2))
            _ = try channel.finish(acceptAlreadyClosed: true)
        } catch {
            fatalError("an association must not throw: \(error)")
        }
    }
}
