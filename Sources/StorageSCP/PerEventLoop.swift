// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// One value for each event loop, made at its first use.
final class PerEventLoop<Value: Sendable>: Sendable {
    private let values = Mutex<[ObjectIdentifier: Value]>([:])

    /// `make` gets the number of values that exist already.
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
