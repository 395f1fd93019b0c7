// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Synchronization

/// The open connections, kept within their limits.
final class Connections: Sendable {
    fileprivate struct State {
        var table: ConnectionTable
        var connections: [ObjectIdentifier: Connection] = [:]
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
        for displaced in displaced { displaced.displace(reason) }
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
            for displaced in displaced { displaced.displace(.requestBytes) }
        }

        func becameAssociation() {
            all.state.withLock { $0.table.becameAssociation(ObjectIdentifier(self)) }
        }

        /// Also closes the channel: its handlers may not be added yet, and then nothing handles the event.
        func displace(_ reason: Displacement) {
            channel.eventLoop.execute { [channel] in
                channel.pipeline.fireUserInboundEventTriggered(AssociationHandler.Displace(reason))
                channel.close(promise: nil)
            }
        }
    }
}

extension Connections.State {
    /// The connections that the table has removed.
    fileprivate mutating func remove(_ ids: [ObjectIdentifier]) -> [Connections.Connection] {
        ids.compactMap { connections.removeValue(forKey: $0) }
    }
}
