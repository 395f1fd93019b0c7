import DICOMNetwork
import Logging
import NIOCore
import NIOPosix

/// Listens for associations, plain and under TLS, and lets them end at shutdown.
final class Server: Sendable {
    /// Connections that the kernel keeps until they are accepted: a full queue costs each further one a second.
    private static let backlog: Int32 = 1024

    /// Nil where there is no such listener.
    private let plain: (any Channel)?
    private let tls: (any Channel)?
    private let health: HealthListener?
    private let connections: Connections
    private let contexts: TLSContexts?
    /// Looks at the certificate's files.
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

    /// Of the plain listener; nil where there is none.
    var port: Int? { plain?.localAddress?.port }

    /// Every port that was opened, by what it is called in the log, and when the certificate ends.
    var description: Logger.Metadata {
        var description: Logger.Metadata = [:]
        description["port"] = port.map { "\($0)" }
        description["tlsPort"] = tls?.localAddress?.port.map { "\($0)" }
        description["certificateNotAfter"] = contexts.map { "\($0.notAfter)" }
        description["healthPort"] = health.map { "\($0.port)" }
        return description
    }

    static func start(configuration: Configuration, service: StorageService, logger: Logger) async throws -> Server {
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
                // When no file is free, accepting again and again would keep a core busy.
                .serverChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        ReceiveWindow.enlarge(for: channel)
                        try channel.pipeline.syncOperations.addHandler(AcceptBackoffHandler())
                    }
                }
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                // A peer may end its side behind its last message and still wait for the answer.
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                // One read at a time: the application may not be able to take more.
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
        // Last: who asks it is told that the others are open.
        var health: HealthListener?
        if let port = configuration.healthPort {
            health = try await HealthListener.open(address: configuration.address, port: port)
        }
        return Server(plain: plain, tls: tls, health: health, connections: connections, contexts: contexts)
    }

    /// Accepts no more; instances in flight are finished and answered, then their associations end. Those that have not
    /// ended by the deadline are cut: a container is given so much time and no more.
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

    /// What went on while associations ended.
    func stop() async {
        reloading?.cancel()
        await health?.close()
    }
}
