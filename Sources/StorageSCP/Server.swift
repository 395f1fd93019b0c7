// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import HealthPort
import Logging
import NIOCore
import NIOPosix

/// Listens for associations, with and without TLS, and lets them end at shutdown.
final class Server: Sendable {
    /// The number of connections that the kernel queues until they are accepted. When the queue is full, a further
    /// connection is delayed by a second.
    private static let backlog: Int32 = 1024

    /// `nil` when there is no such listener.
    private let plain: (any Channel)?
    private let tls: (any Channel)?
    private let health: HealthListener?
    private let connections: Connections
    private let contexts: TLSContexts?
    /// Reloads the certificate when its files change.
    private let reloading: Task<Void, Never>?

    private init(
        plain: (any Channel)?, tls: (any Channel)?, health: HealthListener?, connections: Connections,
        contexts: TLSContexts?
    ) {
        self.plain = plain
        self.tls = tls
        self.health = health
        self.connections = connections
        self.contexts = contexts
        reloading = contexts.map { contexts in Task { await contexts.keepCurrent() } }
    }

    /// The port of the listener without TLS; `nil` when there is none.
    var port: Int? { plain?.localAddress?.port }

    /// The open ports and the end of the certificate's validity, as metadata for the log.
    var description: Logger.Metadata {
        var description: Logger.Metadata = [:]
        description["port"] = port.map { "\($0)" }
        description["tlsPort"] = tls?.localAddress?.port.map { "\($0)" }
        description["certificateNotAfter"] = contexts.map { "\($0.notAfter)" }
        description["healthPort"] = health.map { "\($0.port)" }
        return description
    }

    static func start(
        configuration: Configuration, service: StorageService, readiness: ReceiverReadiness = .init(),
        logger: Logger
    ) async throws -> Server {
        let network = configuration.network
        let connections = Connections(limits: network.connections)
        let readBuffers = ReadBuffers()

        func listen(on port: Int, tls: TLSContexts?) async throws -> any Channel {
            let pipeline = ConnectionPipeline(
                service: service, limits: network.association, timeouts: network.timeouts,
                proxyProtocol: configuration.proxyProtocol, tls: tls,
                advice: ConnectionAdvice(configuration: configuration), logger: logger)
            return try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.backlog, value: backlog)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // When the process may open no more files, accepting must pause: immediate retries would keep a core
                // busy.
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        ReceiveWindow.enlarge(for: channel)
                        try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                    }
                }
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                // A peer may close its sending side after its last message and still wait for the answer.
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                // One read at a time: the application may not be able to process more.
                .childChannelOption(.maxMessagesPerRead, value: 1)
                .childChannelInitializer { channel in
                    let connection = connections.add(channel)
                    return channel.eventLoop.makeCompletedFuture { try readBuffers.add(to: channel) }.flatMap {
                        pipeline.addHandlers(to: channel, connection: connection)
                    }
                }
                .listen(on: configuration.address, port: port)
        }

        let contexts = try configuration.tls.map { try TLSContexts($0, logger: logger) }
        let plain = configuration.requiresTLS ? nil : try await listen(on: configuration.port, tls: nil)
        var tls: (any Channel)?
        if let settings = configuration.tls { tls = try await listen(on: settings.port, tls: contexts) }
        // Last: when the health port answers, the other ports are open.
        var health: HealthListener?
        if let port = configuration.healthPort {
            health = try await HealthListener.open(
                address: configuration.address, port: port, readiness: readiness)
        }
        return Server(plain: plain, tls: tls, health: health, connections: connections, contexts: contexts)
    }

    /// Accepts no more associations. Instances in flight are finished and answered, then their associations end.
    /// Associations that have not ended at the deadline are cut off, because a container has only limited time to stop.
    func drain(releaseGrace: TimeAmount, deadline: TimeAmount) async {
        health?.drainingBegan()
        for listener in [plain, tls] { try? await listener?.close() }
        let open = connections.refuseFurther()
        for channel in open {
            channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Drain(releaseGrace: releaseGrace))
            channel.eventLoop.scheduleTask(in: deadline) {
                channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.CutOff())
            }
        }
        for channel in open { try? await channel.closeFuture.get() }
    }

    /// Ends the parts that are still needed while associations end.
    func stop() async {
        reloading?.cancel()
        await health?.close()
    }
}
