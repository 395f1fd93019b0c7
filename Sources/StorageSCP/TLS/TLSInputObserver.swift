// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore

/// Checks the bytes that a TLS port receives before TLS processes them, and refuses at once a protocol known not to be
/// TLS.
///
/// It comes before TLS, until the handshake is complete. `ConnectionFailureHandler` asks it what was received, and
/// removes it.
final class TLSInputObserver: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// False for a load balancer's TCP health check.
    private(set) var hasReceived = false
    /// The protocol that the client speaks instead of TLS.
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
