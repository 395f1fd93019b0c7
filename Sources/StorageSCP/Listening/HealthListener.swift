// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The port for health checks of load balancers and orchestrators: TCP checks connect, and HTTP checks are told whether
/// associations are still accepted.
final class HealthListener: Sendable {
    /// The most open connections. One more closes the oldest connection of the client that has most.
    private static let maximumConnections = 100

    private let readiness: Readiness
    private let channel: any Channel

    /// Whether associations are accepted: true from the start, until `end` is called.
    final class Readiness: Sendable {
        private let ended = Atomic(false)

        var isReady: Bool { !ended.load(ordering: .relaxed) }

        func end() {
            ended.store(true, ordering: .relaxed)
        }
    }

    private init(readiness: Readiness, channel: any Channel) {
        self.readiness = readiness
        self.channel = channel
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    static func open(address: String, port: Int) async throws -> HealthListener {
        let readiness = Readiness()
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
