// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import Logging
import NIOCore
import NIOSSL

/// The handlers of a connection on a DICOM port: the load balancer's header, TLS, the association.
struct ConnectionPipeline: Sendable {
    let service: any AssociationService
    let limits: AssociationLimits
    let timeouts: AssociationTimeouts
    let proxyProtocol: ProxyProtocolSettings
    /// `nil` for the plain port.
    let tls: TLSContexts?
    let advice: ConnectionAdvice
    let logger: Logger

    /// For `childChannelInitializer`.
    ///
    /// One time limit applies to all of them: ARTIM, which the association handler starts when the connection opens.
    func addHandlers(
        to channel: any Channel, connection: (any WatchedConnection)? = nil
    ) -> EventLoopFuture<Void> {
        channel.eventLoop.makeCompletedFuture { try addTransportHandlers(to: channel) }.flatMap {
            AssociationHandler.addHandlers(
                to: channel, service: service, limits: limits, timeouts: timeouts, connection: connection,
                isUnderTLS: tls != nil)
        }
    }

    private func addTransportHandlers(to channel: any Channel) throws {
        let pipeline = channel.pipeline.syncOperations
        let header = proxyProtocol.handler(for: channel.remoteAddress)
        if let header { try pipeline.addHandler(header) }
        var tlsInput: TLSInputObserver?
        if let tls {
            let observer = TLSInputObserver()
            try pipeline.addHandler(observer)
            try pipeline.addHandler(NIOSSLServerHandler(context: tls.current))
            try pipeline.addHandler(RaggedEndHandler())
            tlsInput = observer
        }
        if header != nil || tls != nil {
            try pipeline.addHandler(ConnectionFailureHandler(tlsInput: tlsInput, advice: advice, logger: logger))
        }
    }
}
