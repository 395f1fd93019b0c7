// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Glibc

/// State that several threads share. A thread can wait until another one has changed it.
// Sendable: the state is accessed only while the mutex is held.
final class Monitor<State>: @unchecked Sendable {
    // Behind a pointer. Otherwise a waiting thread would hold exclusive access to the property while another thread
    // changes it.
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

    /// Wakes a waiting thread.
    func signal() {
        pthread_cond_signal(condition)
    }

    /// Waits until `take` returns a result.
    func wait<Result>(for take: (inout State) -> Result?) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = take(&state.pointee) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Waits for a signal, at most until the wall clock reaches the date that `deadline` returns; without limit if it
    /// is `nil`. Can return early.
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
