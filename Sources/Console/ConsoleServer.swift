// SPDX-License-Identifier: Apache-2.0

import Glibc
import Inspection
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// Serves the console to browsers of this machine.
package final class ConsoleServer: Sendable {
    /// The server cannot listen on this port.
    package struct PortError: Error, CustomStringConvertible {
        package let port: Int
        package let errno: CInt

        package var description: String {
            "port \(port) of \(ConsoleServer.address) cannot be opened: \(String(cString: strerror(errno)))."
                + " Choose another one, or 0 for any that is free."
        }
    }

    /// No other machine can connect to it.
    private static let address = "127.0.0.1"

    private let channel: any Channel
    private let connections: OpenConnections
    private let token: AccessToken

    private init(channel: any Channel, connections: OpenConnections, token: AccessToken) {
        self.channel = channel
        self.connections = connections
        self.token = token
    }

    /// - Parameters:
    ///   - port: 0 lets the kernel choose.
    ///   - minimumAge: the least time between two reads of the same thing from AWS.
    ///   - endpoint: the address that AWS_ENDPOINT_URL names; `nil` for AWS itself.
    package static func open(
        inspector: any PipelineInspector, port: Int = 0, token: AccessToken = AccessToken(),
        minimumAge: Duration = .seconds(2), endpoint: String? = nil, limits: ConsoleLimits = ConsoleLimits()
    ) async throws -> ConsoleServer {
        // The first digits of a further token: they differ in each start, and say nothing of the token.
        let start = String(AccessToken().text.prefix(8))
        let api = ConsoleAPI(
            inspector: inspector, limits: limits, minimumAge: minimumAge, start: start,
            problems: ReadingProblem(endpoint: endpoint))
        let router = ConsoleRouter(token: token, limits: limits, api: api)
        let connections = OpenConnections(maximum: limits.connections)
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        guard connections.add(channel) else { throw ChannelError.ioOnClosedChannel }
                        try ConsoleHandler.addHandlers(to: channel, router: router, limits: limits)
                    }
                }
                .bind(host: address, port: port).get()
            return ConsoleServer(channel: channel, connections: connections, token: token)
        } catch let error as IOError {
            throw PortError(port: port, errno: error.errnoCode)
        }
    }

    package var port: Int { channel.localAddress?.port ?? 0 }

    /// The address for the browser's first visit. A browser sends what is behind `#` to no server.
    package var url: String { "http://\(Self.address):\(port)/#token=\(token.text)" }

    /// Closes the port and every connection.
    package func close() async {
        try? await channel.close()
        for connection in connections.refuseFurther() { try? await connection.close() }
    }
}

/// The open connections, at most a maximum.
private final class OpenConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var refuses = false
    }

    private let maximum: Int
    private let state = Mutex(State())

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// Returns false if there are too many.
    func add(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let added = state.withLock { state in
            guard !state.refuses, state.channels.count < maximum else { return false }
            state.channels[id] = channel
            return true
        }
        if added {
            channel.closeFuture.whenComplete { _ in _ = self.state.withLock { $0.channels.removeValue(forKey: id) } }
        }
        return added
    }

    func refuseFurther() -> [any Channel] {
        state.withLock { state in
            state.refuses = true
            return Array(state.channels.values)
        }
    }
}
