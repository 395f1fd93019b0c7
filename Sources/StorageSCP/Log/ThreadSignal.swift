// SPDX-License-Identifier: Apache-2.0

import CEpoll
import Glibc

/// Wakes the one thread that waits for it. If no thread waits, the next wait ends at once.
// Sendable: the descriptor never changes, and the kernel synchronizes its use.
final class ThreadSignal: @unchecked Sendable {
    private let descriptor = eventfd(0, Int32(EFD_CLOEXEC))

    init() {
        precondition(descriptor >= 0, "no file descriptor is available: errno \(errno)")
    }

    deinit {
        close(descriptor)
    }

    func send() {
        eventfd_write(descriptor, 1)
    }

    func wait() {
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
    }
}
