import CEpoll
import Glibc

/// Wakes the one thread that waits for it; sent while nobody waits, it ends the next wait.
// Sendable: the descriptor is set once, and the system does the rest.
final class ThreadSignal: @unchecked Sendable {
    private let descriptor = eventfd(0, Int32(EFD_CLOEXEC))

    init() {
        precondition(descriptor >= 0, "the system gives no further file descriptor: \(errno)")
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
