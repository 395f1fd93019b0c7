import NIOCore
import Synchronization

/// The connections that are open now, and no more of them than there may be.
final class Connections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var refusesFurther = false
    }

    private let maximum: Int
    private let state = Mutex(State())

    init(maximum: Int) {
        self.maximum = maximum
    }

    /// One too many is closed at once: nothing can be read from it that would have to be held.
    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        let isRefused = state.withLock { state in
            let isRefused = state.refusesFurther || state.channels.count >= maximum
            if !isRefused { state.channels[id] = channel }
            return isRefused
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
