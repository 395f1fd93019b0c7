import DICOMNetwork
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// Logs a connection whose PROXY header or TLS handshake failed: no association comes of it that would be told.
///
/// Stands behind those two and leaves the pipeline when they are done.
final class ConnectionFailureHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let logger: Logger
    private let awaitsHandshake: Bool
    private var peer: SocketAddress?
    private var hasSpoken = false
    private var isReported = false

    init(awaitsHandshake: Bool, logger: Logger) {
        self.awaitsHandshake = awaitsHandshake
        self.logger = logger
    }

    func channelActive(context: ChannelHandlerContext) {
        peer = context.remoteAddress
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(data)
        // Without TLS this is the first that comes after the PROXY header.
        if !awaitsHandshake { leave(context) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        context.fireUserInboundEventTriggered(event)
        switch event {
        case let known as PeerAddressKnown: peer = known.address
        case is FirstByteHandler.FirstByteReceived: hasSpoken = true
        case TLSUserEvent.handshakeCompleted: leave(context)
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? ProxyHeaderError {
            report("connection without a valid PROXY header refused", reason: "\(error)")
        } else if awaitsHandshake, hasSpoken {
            report(reason: (error as? NIOSSLError)?.handshakeFailureReason ?? "\(error)")
        }
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Had the peer ended it, there would have been an error.
        if awaitsHandshake, hasSpoken { report(reason: "not complete when the receiver ended the connection") }
        context.fireChannelInactive()
    }

    private func report(_ message: Logger.Message = "TLS handshake failed", reason: String) {
        guard !isReported else { return }
        isReported = true
        logger.notice(message, metadata: ["peer": "\(peer?.ipAddress ?? "unknown")", "reason": "\(reason)"])
    }

    private func leave(_ context: ChannelHandlerContext) {
        isReported = true
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }
}
