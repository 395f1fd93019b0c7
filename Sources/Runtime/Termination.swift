import Glibc
import Synchronization

/// SIGTERM, by which Lambda announces the end of an environment and a shell ends a process: what is under way is answered,
/// then the process ends with 0. While nothing is under way it ends at once, and so it does on a second signal.
enum Termination {
    /// The number of invocations under way, and a flag above it. The signal's handler may touch nothing but an atomic.
    private static let state = Atomic(0)
    private static let requested = 1 << 32

    static func catchSignal() {
        _ = state.load(ordering: .relaxed)  // made before the handler needs it
        signal(SIGTERM) { _ in
            let before = Termination.state.bitwiseOr(Termination.requested, ordering: .relaxed).oldValue
            if before == 0 { _exit(0) }
            if before & Termination.requested != 0 { _exit(128 + SIGTERM) }
        }
    }

    static func beginWork() {
        state.add(1, ordering: .relaxed)
    }

    /// True when a signal has come and nothing else is under way. Where another loop is still at work, this one takes no
    /// further event: it does not return, and the other ends the process.
    static func endWork() -> Bool {
        let state = state.subtract(1, ordering: .relaxed).newValue
        guard state > requested else { return state == requested }
        while true { pause() }
    }
}
