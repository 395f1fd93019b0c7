// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Logging
import NIOCore
import NIOTLS

/// Logs a connection whose PROXY header or TLS handshake failed, or that ended between its handshake and its first
/// byte. Such a connection never becomes an association, so no association is logged.
///
/// It comes after the handlers for both, and leaves the pipeline when the first bytes have passed them. The handshake
/// alone does not mean success: a client may reject our certificate only after its own side of the handshake is
/// complete.
final class ConnectionFailureHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let advice: ConnectionAdvice
    private let logger: Logger
    /// `nil` on the plain port.
    private let tlsInput: TLSInputObserver?
    private var peer: SocketAddress?
    private var isHandshakeComplete = false
    /// Who ended the connection first.
    private var end: TLSFailure?
    private var isReported = false

    init(tlsInput: TLSInputObserver?, advice: ConnectionAdvice, logger: Logger) {
        self.tlsInput = tlsInput
        self.advice = advice
        self.logger = logger
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.remoteAddress
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(data)
        isReported = true
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The association closes the connection when it receives this event.
        if event as? ChannelEvent == .inputClosed { end = end ?? .closedByClient }
        context.fireUserInboundEventTriggered(event)
        switch event {
        case let known as PeerAddressKnown: peer = known.address
        case TLSUserEvent.handshakeCompleted:
            isHandshakeComplete = true
            if let tlsInput { context.pipeline.syncOperations.removeHandler(tlsInput, promise: nil) }
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? ProxyHeaderError {
            report(
                "connection without a valid PROXY header refused", reason: "\(error)",
                hint: advice.hintInsteadOfHeader)
        } else {
            reportTLS(TLSFailure(error))
        }
        context.fireErrorCaught(error)
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        end = end ?? .closedByUs
        context.close(mode: mode, promise: promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        reportTLS(.closedByClient)
        context.fireChannelInactive()
    }

    private func reportTLS(_ failure: TLSFailure) {
        guard let tlsInput, tlsInput.hasReceived else { return }
        let known = tlsInput.otherProtocol.map { TLSFailure.otherProtocol($0) } ?? tlsInput.alert.map { .alert($0) }
        let failure = known ?? end ?? failure
        let isSilent = isHandshakeComplete && (failure == .closedByClient || failure == .closedByUs)
        report(
            isHandshakeComplete ? "TLS connection ended before a request" : "TLS handshake failed",
            reason: "\(failure)", hint: advice.hint(about: failure), level: isSilent ? .info : .notice)
    }

    private func report(_ message: Logger.Message, reason: String, hint: String?, level: Logger.Level = .notice) {
        guard !isReported else { return }
        isReported = true
        var metadata: Logger.Metadata = ["peer": "\(peer?.ipAddress ?? "unknown")", "reason": "\(reason)"]
        metadata["hint"] = hint.map { "\($0)" }
        logger.log(level: level, message, metadata: metadata)
    }
}
