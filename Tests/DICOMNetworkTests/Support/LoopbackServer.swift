// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import NIOPosix

/// A server on 127.0.0.1, on a port that the kernel chooses.
struct LoopbackServer {
    let port: Int
    private let channel: any Channel

    static func start(
        _ service: any AssociationService, timeouts: AssociationTimeouts = AssociationTimeouts()
    ) async throws -> LoopbackServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                AssociationHandler.addHandlers(to: channel, service: service, timeouts: timeouts)
            }
            .bind(host: "127.0.0.1", port: 0).get()
        guard let port = channel.localAddress?.port else { throw ChannelError.unknownLocalAddress }
        return LoopbackServer(port: port, channel: channel)
    }

    func stop() async throws {
        try await channel.close().get()
    }
}
