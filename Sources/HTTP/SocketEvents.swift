// SPDX-License-Identifier: Apache-2.0

import CCurl
import CEpoll
import Glibc

/// Waits for the events of libcurl's transfers: sockets, a timeout, or a call of `wake`.
///
/// `curl_multi_perform` would be simpler, but it looks at every transfer for each event.
// Sendable: only the client's own thread uses it, except for `wake`.
final class SocketEvents: @unchecked Sendable {
    private static let maximumEvents = 64

    private let epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    private let waking = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    private var watched: Set<curl_socket_t> = []
    /// When libcurl must be called even without a socket event.
    private var deadline: ContinuousClock.Instant?

    /// Keep this object for as long as the multi handle.
    init(of multi: UnsafeMutableRawPointer) {
        guard epoll >= 0, waking >= 0 else { fatalError("cannot create an epoll or event descriptor: error \(errno)") }
        control(EPOLL_CTL_ADD, waking, EPOLLIN.rawValue)
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_multi_set_socket_callback(multi, context) { _, socket, events, context, _ in
            SocketEvents.from(context).watch(socket, for: events)
            return 0
        }
        ccurl_multi_set_timer_callback(multi, context) { _, milliseconds, context in
            SocketEvents.from(context).deadline = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
            return 0
        }
    }

    deinit {
        close(waking)
        close(epoll)
    }

    /// Ends the current wait, or the next one. Can be called from any thread.
    func wake() {
        eventfd_write(waking, 1)
    }

    /// Waits for an event and lets libcurl handle it.
    func wait(for multi: UnsafeMutableRawPointer) {
        withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.maximumEvents) { events in
            let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), millisecondsLeft)
            for event in events.prefix(max(0, Int(count))) {
                if event.data.fd == waking {
                    var wakes: eventfd_t = 0
                    eventfd_read(waking, &wakes)
                } else {
                    act(multi, event.data.fd, Self.action(event.events))
                }
            }
        }
        actIfDue(multi)
    }

    /// Lets libcurl act if its deadline has passed: to start an added transfer, or because of a timeout.
    func actIfDue(_ multi: UnsafeMutableRawPointer) {
        guard let deadline, deadline <= .now else { return }
        self.deadline = nil
        act(multi, CURL_SOCKET_TIMEOUT, 0)
    }

    // MARK: -

    private static func from(_ context: UnsafeMutableRawPointer?) -> SocketEvents {
        guard let context else { fatalError("libcurl lost the context that was set with the callback") }
        return Unmanaged<SocketEvents>.fromOpaque(context).takeUnretainedValue()
    }

    private static func action(_ events: UInt32) -> Int32 {
        var action: Int32 = 0
        if events & EPOLLIN.rawValue != 0 { action |= CURL_CSELECT_IN }
        if events & EPOLLOUT.rawValue != 0 { action |= CURL_CSELECT_OUT }
        if events & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { action |= CURL_CSELECT_ERR }
        return action
    }

    private var millisecondsLeft: Int32 {
        guard let deadline else { return -1 }
        // Rounded up: waking too early would only cause another wait.
        return Int32(clamping: Int(max(0, ((deadline - .now) / .milliseconds(1)).rounded(.up))))
    }

    private func act(_ multi: UnsafeMutableRawPointer, _ socket: curl_socket_t, _ action: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, action, &running)
    }

    private func watch(_ socket: curl_socket_t, for events: Int32) {
        guard events != CURL_POLL_REMOVE else {
            watched.remove(socket)
            return control(EPOLL_CTL_DEL, socket, 0)
        }
        var mask: UInt32 = 0
        if events & CURL_POLL_IN != 0 { mask |= EPOLLIN.rawValue }
        if events & CURL_POLL_OUT != 0 { mask |= EPOLLOUT.rawValue }
        control(watched.insert(socket).inserted ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, mask)
    }

    private func control(_ operation: Int32, _ socket: Int32, _ events: UInt32) {
        var event = epoll_event(events: events, data: epoll_data_t(fd: socket))
        epoll_ctl(epoll, operation, socket, &event)
    }
}
