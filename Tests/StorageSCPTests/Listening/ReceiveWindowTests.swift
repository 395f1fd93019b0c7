// SPDX-License-Identifier: Apache-2.0

import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import StorageSCP

@Suite("Receive window")
struct ReceiveWindowTests {
    /// The values of `SO_RCVBUF`, `SO_RCVLOWAT` and `TCP_WINDOW_CLAMP`.
    private struct Sizes {
        let buffer: Int
        let lowWaterMark: Int
        let clamp: Int
    }

    private static func sizes(of connection: any Channel) throws -> Sizes {
        let options = try #require(connection.syncOptions)
        let socket = { try Int(options.getOption(.socketOption(.init(rawValue: $0)))) }
        return Sizes(
            buffer: try socket(SO_RCVBUF), lowWaterMark: try socket(SO_RCVLOWAT),
            clamp: Int(try options.getOption(.tcpOption(.init(rawValue: TCP_WINDOW_CLAMP)))))
    }

    private func sizesOfConnection(isEnlarged: Bool) async throws -> Sizes {
        let group = MultiThreadedEventLoopGroup.singleton
        let accepted = group.any().makePromise(of: Sizes.self)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelInitializer { listener in
                listener.eventLoop.makeCompletedFuture { if isEnlarged { ReceiveWindow.enlarge(for: listener) } }
            }
            .childChannelInitializer { connection in
                let sizes = connection.eventLoop.makeCompletedFuture { try Self.sizes(of: connection) }
                sizes.cascade(to: accepted)
                return sizes.map { _ in }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(listener.localAddress)
        let client = try await ClientBootstrap(group: group).connect(to: address).get()
        let sizes = try await accepted.futureResult.get()
        for channel in [client, listener] { try await channel.close() }
        return sizes
    }

    @Test("A new connection has room for an image, no lower limit than usual, and every byte wakes its reader")
    func enlarged() async throws {
        let usual = try await sizesOfConnection(isEnlarged: false)
        let enlarged = try await sizesOfConnection(isEnlarged: true)
        #expect(enlarged.buffer >= 512 << 10 && enlarged.buffer > usual.buffer)
        #expect(enlarged.lowWaterMark == 1)
        #expect(enlarged.clamp >= usual.clamp)
    }
}
