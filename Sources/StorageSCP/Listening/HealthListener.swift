// SPDX-License-Identifier: Apache-2.0

import HealthPort
import NIOCore
import NIOPosix

/// The port for health checks of load balancers and orchestrators: TCP checks connect, and HTTP checks are told whether
/// associations are accepted (`/` and `/health`) and whether instances can be stored too (`/ready`).
final class HealthListener: Sendable {
    /// The most open connections. One more closes the oldest connection of the client that has most.
    private static let maximumConnections = 100

    private let readiness: ReceiverReadiness
    private let channel: any Channel

    private init(readiness: ReceiverReadiness, channel: any Channel) {
        self.readiness = readiness
        self.channel = channel
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    static func open(address: String, port: Int, readiness: ReceiverReadiness) async throws -> HealthListener {
        let connections = Connections(
            limits: ConnectionTable.Limits(connections: maximumConnections, requestBytes: .max))
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                _ = connections.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try HealthHandler.addHandlers(to: channel, readiness: readiness)
                }
            }
            .listen(on: address, port: port)
        return HealthListener(readiness: readiness, channel: channel)
    }

    /// From now on the answer is 503: the receiver is ending.
    func drainingBegan() {
        readiness.end()
    }

    func close() async {
        try? await channel.close()
    }
}
