// SPDX-License-Identifier: Apache-2.0

import Glibc
import Synchronization

/// Handles SIGTERM, which Lambda sends before it ends an environment. A running invocation is answered first; then the
/// process exits with 0. If no invocation is running, the process exits immediately. A second signal also ends it
/// immediately.
enum Termination {
    /// A signal handler may only use an atomic.
    private static let state = Atomic(0)
    private static let working = 1
    private static let requested = 2

    static func catchSignal() {
        _ = state.load(ordering: .relaxed)  // initialised before the signal handler needs it
        signal(SIGTERM) { _ in
            let before = Termination.state.bitwiseOr(Termination.requested, ordering: .relaxed).oldValue
            if before == 0 { _exit(0) }
            if before & Termination.requested != 0 { _exit(128 + SIGTERM) }
        }
    }

    static func beginWork() {
        state.bitwiseOr(working, ordering: .relaxed)
    }

    /// Returns true if a signal has been received.
    static func endWork() -> Bool {
        state.bitwiseXor(working, ordering: .relaxed).newValue == requested
    }
}
