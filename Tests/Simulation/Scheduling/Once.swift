// SPDX-License-Identifier: Apache-2.0

/// Calls the action at the first call, and ignores every later call.
// Sendable: a run has one thread.
final class Once<Value>: @unchecked Sendable {
    private var action: ((Value) -> Void)?

    init(_ action: @escaping (Value) -> Void) {
        self.action = action
    }

    func call(_ value: Value) {
        let action = action
        self.action = nil
        action?(value)
    }
}
