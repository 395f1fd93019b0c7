// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// An asynchronous operation that runs on an `InvocationExecutor`.
struct RunningOperation<Value: Sendable>: Sendable {
    private final class Box: Sendable {
        let value = Mutex<Value?>(nil)
    }

    private let box: Box
    private let task: Task<Void, Never>

    init(on executor: InvocationExecutor, _ operation: sending @escaping () async -> Value) {
        let box = Box()
        self.box = box
        task = Task(executorPreference: executor) {
            let value = await operation()
            box.value.withLock { $0 = value }
        }
    }

    /// The result; `nil` while the operation runs.
    var value: Value? { box.value.withLock { $0 } }

    func cancel() {
        task.cancel()
    }
}
