import Glibc
import Synchronization

/// SIGTERM, by which Lambda announces the end of an environment and a shell ends a process: what is under way is answered,
/// then the process ends with 0. While nothing is under way it ends at once, and so it does on a second signal.
enum Termination {
    /// The signal's handler may touch nothing but an atomic.
    private static let state = Atomic(0)
    private static let working = 1
    private static let requested = 2

    static func catchSignal() {
        _ = state.load(ordering: .relaxed)  // made before the handler needs it
        signal(SIGTERM) { _ in
            let before = Termination.state.bitwiseOr(Termination.requested, ordering: .relaxed).oldValue
            if before == 0 { _exit(0) }
            if before & Termination.requested != 0 { _exit(128 + SIGTERM) }
        }
    }

    static func beginWork() {
        state.bitwiseOr(working, ordering: .relaxed)
    }

    /// True when a signal has come.
    static func endWork() -> Bool {
        state.bitwiseXor(working, ordering: .relaxed).newValue == requested
    }
}
