import NIOCore
import Synchronization

/// The connections that are open now.
final class Connections: Sendable {
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
