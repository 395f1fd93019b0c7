import FoundationEssentials
import Glibc

/// State that several threads share, with a way to wait until another has changed it.
// Sendable: the state is touched only while the mutex is held.
final class Monitor<State>: @unchecked Sendable {
    // Behind a pointer, so that no access to it lasts while a thread waits and another changes it.
    private let state = UnsafeMutablePointer<State>.allocate(capacity: 1)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(_ state: State) {
        self.state.initialize(to: state)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
        state.deinitialize(count: 1)
        state.deallocate()
    }

    func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&state.pointee)
    }

    /// Wakes a thread that waits.
    func signal() {
        pthread_cond_signal(condition)
    }

    /// Waits until `take` finds in the state what it looks for.
    func wait<Result>(for take: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = take(&state.pointee) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Waits for a signal until the wall clock shows what `deadline` answers; for ever where that is nil. Can return early.
    func waitForSignal(until deadline: (inout State) -> Date?) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        guard let seconds = deadline(&state.pointee)?.timeIntervalSince1970 else {
            pthread_cond_wait(condition, mutex)
            return
        }
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
        pthread_cond_timedwait(condition, mutex, &time)
    }
}
