import DICOMNetwork
import NIOCore

/// Looks at what comes to a TLS port before TLS takes it, and refuses at once what is known not to be TLS.
///
/// Stands before TLS, until the handshake is done; `ConnectionFailureHandler` asks it what came and removes it.
final class TLSInputObserver: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// False for a load balancer's probe.
    private(set) var hasReceived = false
    /// What the client speaks instead of TLS.
    private(set) var otherProtocol: WireProtocol?
    private(set) var alert: TLSAlert?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard otherProtocol == nil else { return }
        let bytes = Self.unwrapInboundIn(data).readableBytesView
        let isFirst = !hasReceived
        hasReceived = true
        if isFirst, let spoken = WireProtocol(beginning: bytes), spoken != .tls {
            otherProtocol = spoken
            return context.close(promise: nil)
        }
        alert = TLSAlert(atEndOf: bytes) ?? alert
        context.fireChannelRead(data)
    }
}
