import NIOCore
import Synchronization

/// A value for each event loop, made when it is first asked for.
final class PerEventLoop<Value: Sendable>: Sendable {
    private let values = Mutex<[ObjectIdentifier: Value]>([:])

    /// `make` is told how many there are already.
    func value(of eventLoop: any EventLoop, make: (Int) -> Value) -> Value {
        values.withLock { values in
            let key = ObjectIdentifier(eventLoop)
            if let value = values[key] { return value }
            let value = make(values.count)
            values[key] = value
            return value
        }
    }
}
