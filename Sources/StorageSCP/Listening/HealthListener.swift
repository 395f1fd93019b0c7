// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// The port for health checks of load balancers and orchestrators: TCP checks connect, and HTTP checks are told whether
/// associations are accepted (`/` and `/health`) and whether instances can be stored too (`/ready`).
final class HealthListener: Sendable {
    /// The most open connections. One more closes the oldest connection of the client that has most.
    private static let maximumConnections = 100

    private let readiness: Readiness
    private let channel: any Channel

    /// What the receiver can do at the moment.
    final class Readiness: Sendable {
        enum State: Sendable {
            /// Associations are accepted, and their instances are stored.
            case ready
            /// Associations are accepted, and their instances are answered with A700H, because the store does not take
            /// the task lease.
            case storeUnusable
            /// Associations are rejected.
            case ending
        }

        private let ended = Atomic(false)
        private let isStoreUsable: @Sendable () -> Bool

        init(isStoreUsable: @escaping @Sendable () -> Bool = { true }) {
            self.isStoreUsable = isStoreUsable
        }

        var state: State {
            if ended.load(ordering: .relaxed) { return .ending }
            return isStoreUsable() ? .ready : .storeUnusable
        }

        func end() {
            ended.store(true, ordering: .relaxed)
        }
    }

    private init(readiness: Readiness, channel: any Channel) {
        self.readiness = readiness
        self.channel = channel
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    static func open(address: String, port: Int, readiness: Readiness) async throws -> HealthListener {
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
