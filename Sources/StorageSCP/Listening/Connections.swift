// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Synchronization

/// The open connections, kept within their limits.
final class Connections: Sendable {
    fileprivate struct State {
        var table: ConnectionTable
        var connections: [ObjectIdentifier: Connection] = [:]
        /// Those that have lost their place and are not closed yet, by event loop.
        var leaving: [ObjectIdentifier: [(Connection, Displacement)]] = [:]
        var refusesFurther = false
    }

    private let state: Mutex<State>

    init(limits: ConnectionTable.Limits) {
        state = Mutex(State(table: ConnectionTable(limits: limits)))
    }

    func add(_ channel: any Channel) -> any WatchedConnection {
        let connection = Connection(channel, of: self)
        let id = ObjectIdentifier(connection)
        let address = channel.remoteAddress?.ipAddress
        let (displaced, reason) = state.withLock { state -> ([Connection], Displacement) in
            guard !state.refusesFurther else { return ([connection], .shutdown) }
            state.connections[id] = connection
            return (state.remove(state.table.opened(id, from: address)), .connections)
        }
        end(displaced, reason, on: connection)
        // The closure keeps the connection, so that no other object gets its identity.
        channel.closeFuture.whenComplete { _ in
            self.state.withLock { state in
                state.table.closed(ObjectIdentifier(connection))
                state.connections[ObjectIdentifier(connection)] = nil
            }
        }
        return connection
    }

    /// The open connections. A connection added after this call is closed at once.
    func refuseFurther() -> [any Channel] {
        state.withLock { state in
            state.refusesFurther = true
            return state.connections.values.map(\.channel)
        }
    }

    /// A connection whose bytes are no longer counted must not hold them until the event loop has read from all others
    /// that sent something: those of this event loop close now, those of others at the latest before their event loop
    /// reads on.
    private func end(_ displaced: [Connection], _ reason: Displacement, on current: Connection) {
        state.withLock { state in
            for connection in displaced {
                state.leaving[ObjectIdentifier(connection.channel.eventLoop), default: []].append((connection, reason))
            }
        }
        closeLeaving(of: current.channel.eventLoop, during: current)
        for connection in displaced where !connection.channel.eventLoop.inEventLoop {
            connection.channel.eventLoop.execute { self.closeLeaving(of: connection.channel.eventLoop) }
        }
    }

    /// `current` is the connection that is being read from.
    private func closeLeaving(of eventLoop: any EventLoop, during current: Connection? = nil) {
        let leaving = state.withLock { $0.leaving.removeValue(forKey: ObjectIdentifier(eventLoop)) ?? [] }
        for (connection, reason) in leaving {
            if connection === current {
                connection.displace(reason)
            } else {
                connection.close(reason)
            }
        }
    }

    /// One connection, as its association and the other connections see it.
    fileprivate final class Connection: WatchedConnection {
        let channel: any Channel
        private let all: Connections
        /// In nanoseconds of uptime.
        private let silence: Atomic<UInt64>

        init(_ channel: any Channel, of all: Connections) {
            self.channel = channel
            self.all = all
            silence = Atomic(channel.eventLoop.now.uptimeNanoseconds)
        }

        var silentSince: NIODeadline { .uptimeNanoseconds(silence.load(ordering: .relaxed)) }

        func setSilentSince(_ time: NIODeadline) {
            silence.store(time.uptimeNanoseconds, ordering: .relaxed)
        }

        func peerIsKnown(_ address: SocketAddress) {
            all.state.withLock { $0.table.peerIsKnown(address.ipAddress, of: ObjectIdentifier(self)) }
        }

        func requestHolds(_ bytes: Int) {
            let displaced = all.state.withLock { state in
                state.remove(state.table.requestHolds(bytes, of: ObjectIdentifier(self)))
            }
            all.end(displaced, .requestBytes, on: self)
        }

        func becameAssociation() {
            all.state.withLock { $0.table.becameAssociation(ObjectIdentifier(self)) }
        }

        func displace(_ reason: Displacement) {
            channel.eventLoop.execute { self.close(reason) }
        }

        /// Also closes the channel: its handlers may not be added yet, and then nothing handles the event.
        fileprivate func close(_ reason: Displacement) {
            channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Displace(reason))
            channel.close(promise: nil)
        }
    }
}

extension Connections.State {
    /// The connections that the table has removed.
    fileprivate mutating func remove(_ ids: [ObjectIdentifier]) -> [Connections.Connection] {
        ids.compactMap { connections.removeValue(forKey: $0) }
    }
}
