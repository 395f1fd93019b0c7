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
        var timeouts = AssociationTimeouts()
        timeouts.dimse = .seconds(Int64(configuration.dimseTimeoutSeconds))
        timeouts.network = .seconds(Int64(configuration.networkTimeoutSeconds))
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { [timeouts] channel in
                connections.add(channel)
                return AssociationHandler.addHandlers(to: channel, service: service, timeouts: timeouts)
            }
            .bind(host: configuration.address, port: configuration.port).get()
        return Server(listener: listener, connections: connections)
    }

    /// Accepts no more; instances in flight are finished and answered, then their associations end.
    func drain(releaseGrace: TimeAmount) async {
        try? await listener.close()
        let open = connections.all
        for channel in open {
            channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Drain(releaseGrace: releaseGrace))
        }
        for channel in open { try? await channel.closeFuture.get() }
    }
}

/// The connections that are open now.
private final class Connections: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    var all: [any Channel] { channels.withLock { Array($0.values) } }

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { _ in self.channels.withLock { $0[id] = nil } }
    }
}
