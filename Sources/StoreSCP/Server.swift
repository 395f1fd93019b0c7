import DICOMNetwork
import NIOCore
import NIOPosix
import Synchronization

/// Listens for associations and lets them end at shutdown.
final class Server: Sendable {
    /// Connections that the kernel keeps until they are accepted: a full queue costs each further one a second.
    private static let backlog: Int32 = 1024

    private let listener: any Channel
    private let connections: Connections

    private init(listener: any Channel, connections: Connections) {
        self.listener = listener
        self.connections = connections
    }

    var port: Int { listener.localAddress?.port ?? 0 }

    static func start(configuration: Configuration, service: StorageService) async throws -> Server {
        let connections = Connections()
        let network = configuration.network
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                connections.add(channel)
                return AssociationHandler.addHandlers(
                    to: channel, service: service, limits: network.association, timeouts: network.timeouts)
            }
            .bind(host: configuration.address, port: configuration.port).get()
        return Server(listener: listener, connections: connections)
    }

    /// Accepts no more; instances in flight are finished and answered, then their associations end. Those that have not
    /// ended by the deadline are cut: a container is given so much time and no more.
    func drain(releaseGrace: TimeAmount, deadline: TimeAmount) async {
        try? await listener.close()
        let open = connections.refuseFurther()
        for channel in open {
            channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Drain(releaseGrace: releaseGrace))
            channel.eventLoop.scheduleTask(in: deadline) { channel.close(promise: nil) }
        }
        for channel in open { try? await channel.closeFuture.get() }
    }
}

/// The connections that are open now.
private final class Connections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var refusesFurther = false
    }

    private let state = Mutex(State())

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isRefused = state.withLock { state in
            if !state.refusesFurther { state.channels[id] = channel }
            return state.refusesFurther
        }
        if isRefused { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.channels[id] = nil } }
    }

    /// Those that are open; one that was accepted just before and comes later is closed at once.
    func refuseFurther() -> [any Channel] {
        state.withLock { state in
            state.refusesFurther = true
            return Array(state.channels.values)
        }
    }
}
