// SPDX-License-Identifier: Apache-2.0

import DICOM
import DICOMNetwork
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A user of storage commitment on 127.0.0.1 that takes reports on associations with it, and can be told to misbehave.
final class ReportTaker: Sendable {
    struct Behaviour: Sendable {
        enum Acceptance: Sendable {
            case accepted
            case rejected
            case contextRefused
        }

        /// What gets no answer.
        enum Silence: CaseIterable, Sendable {
            case request
            case report
            case release
        }

        var acceptance = Acceptance.accepted
        var answersRole = true
        var transferSyntax = TransferSyntax.implicitVRLittleEndian
        /// By the number of the report, from 1; `nil`: we abort.
        var status: @Sendable (Int) -> UInt16? = { _ in 0 }
        var silence: Silence?
        /// Asks for release after each answer.
        var releases = false
    }

    struct Report: Sendable {
        let eventTypeID: UInt16
        let dataSet: [UInt8]
        /// Which association it came on, from 1.
        let association: Int
    }

    private struct State {
        var requests: [AAssociateRQ] = []
        var reports: [Report] = []
        var open = 0
        var mostOpen = 0
        var releases = 0
    }

    private let behaviour: Behaviour
    private let tls: NIOSSLContext?
    private let state = Mutex(State())

    init(_ behaviour: Behaviour = Behaviour(), tls: NIOSSLContext? = nil) {
        self.behaviour = behaviour
        self.tls = tls
    }

    var requests: [AAssociateRQ] { state.withLock { $0.requests } }
    var reports: [Report] { state.withLock { $0.reports } }
    var open: Int { state.withLock { $0.open } }
    var mostOpen: Int { state.withLock { $0.mostOpen } }
    /// Associations that the reporter released.
    var releases: Int { state.withLock { $0.releases } }

    /// The port is served until the body returns.
    func serve<Value>(_ body: (Int) async throws -> Value) async throws -> Value {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls = self.tls {
                        try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls))
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(self))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Value, any Error>
        do {
            result = .success(try await body(channel.localAddress?.port ?? 0))
        } catch {
            result = .failure(error)
        }
        try await channel.close().get()
        return try result.get()
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let taker: ReportTaker
        private var number = 0
        private var isOpen = false
        private var decoder = PDUDecoder()
        private var received = ByteBuffer()
        private var assembler = MessageAssembler()
        private var command = CommandSet()
        private var dataSet: [UInt8] = []

        init(_ taker: ReportTaker) {
            self.taker = taker
        }

        func channelInactive(context: ChannelHandlerContext) {
            associationEnded()
            context.fireChannelInactive()
        }

        /// A released association has ended, even if the end of its connection is only seen later.
        private func associationEnded() {
            guard isOpen else { return }
            isOpen = false
            taker.state.withLock { $0.open -= 1 }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            var bytes = Self.unwrapInboundIn(data)
            received.writeBuffer(&bytes)
            do {
                while let pdu = try decoder.decode(buffer: &received) { try take(pdu, context) }
            } catch {
                context.close(promise: nil)
            }
        }

        private func send(_ pdu: PDU, _ context: ChannelHandlerContext) {
            var buffer = ByteBuffer()
            PDUEncoder.encode(pdu, into: &buffer)
            context.writeAndFlush(Self.wrapOutboundOut(buffer), promise: nil)
        }

        private func take(_ pdu: PDU, _ context: ChannelHandlerContext) throws {
            switch pdu {
            case .associateRQ(let request): accept(request, context)
            case .dataTF(let data): for value in data.values { try take(value, context) }
            case .releaseRQ where taker.behaviour.silence == .release: break
            case .releaseRQ:
                taker.state.withLock { $0.releases += 1 }
                associationEnded()
                send(.releaseRP, context)
            case .releaseRP, .abort: context.close(promise: nil)
            case .associateAC, .associateRJ: break
            }
        }

        private func accept(_ request: AAssociateRQ, _ context: ChannelHandlerContext) {
            isOpen = true
            number = taker.state.withLock { state in
                state.requests.append(request)
                state.open += 1
                state.mostOpen = max(state.mostOpen, state.open)
                return state.requests.count
            }
            let behaviour = taker.behaviour
            guard behaviour.silence != .request else { return }
            guard behaviour.acceptance != .rejected else {
                return send(.associateRJ(.calledAETitleNotRecognized), context)
            }
            var information = UserInformation(maximumLength: 4096, implementationClassUID: "2.25.3")
            if behaviour.answersRole { information.roleSelections = request.userInformation.roleSelections }
            let answers = request.presentationContexts.map {
                PresentationContextAnswer(
                    id: $0.id,
                    result: behaviour.acceptance == .accepted ? .acceptance : .abstractSyntaxNotSupported,
                    transferSyntax: behaviour.transferSyntax.uid)
            }
            send(
                .associateAC(
                    AAssociateAC(answering: request, presentationContexts: answers, userInformation: information)),
                context)
        }

        private func take(_ value: PresentationDataValue, _ context: ChannelHandlerContext) throws {
            switch try assembler.receive(value) {
            case .incomplete: break
            case .command(let command, _):
                self.command = command
                dataSet = []
            case .data(let fragment, let isLast):
                dataSet += Array(fragment.readableBytesView)
                if isLast { try answer(on: value.contextID, context) }
            }
        }

        private func answer(on contextID: UInt8, _ context: ChannelHandlerContext) throws {
            let report = Report(
                eventTypeID: try command.uint16(.eventTypeID), dataSet: dataSet, association: number)
            let count = taker.state.withLock { state in
                state.reports.append(report)
                return state.reports.count
            }
            guard taker.behaviour.silence != .report else { return }
            guard let status = taker.behaviour.status(count) else { return send(.abort(.serviceUser), context) }
            var response = CommandSet()
            response.set(.commandField, CommandField.nEventReportRSP.rawValue)
            response.set(.messageIDBeingRespondedTo, try command.uint16(.messageID))
            response.set(.commandDataSetType, CommandSet.noDataSet)
            response.set(.status, status)
            let value = PresentationDataValue(
                contextID: contextID, isCommand: true, isLast: true, fragment: response.encoded())
            send(.dataTF(PDataTF(values: [value])), context)
            if taker.behaviour.releases { send(.releaseRQ, context) }
        }
    }
}
