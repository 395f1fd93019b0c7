// SPDX-License-Identifier: Apache-2.0

import CCurl
import Synchronization

/// An asynchronous HTTP/1.1 client. One thread of its own carries out all requests; it starts with the first request.
///
/// At most `maximumConnections` are open. Further requests wait for a free connection; their timeouts start after the
/// wait.
// Sendable: only the client's own thread uses `multi`.
package final class HTTPClient: @unchecked Sendable {
    private struct Transfer: Sendable {
        let request: HTTPRequest
        let continuation: CheckedContinuation<HTTPResponse, any Error>
    }

    /// Requests and cancellations that callers pass to the thread.
    private struct Inbox {
        var nextID = 0
        var submitted: [(id: Int, transfer: Transfer)] = []
        var cancelled: Set<Int> = []
        var hasThread = false
        var isShutDown = false
    }

    private let multi: UnsafeMutableRawPointer
    private let events: SocketEvents
    private let slots: ConnectionSlots
    private let inbox = Mutex(Inbox())

    package init(maximumConnections: Int = 50) {
        slots = ConnectionSlots(maximumConnections)
        CurlHandle.initialiseLibrary()
        guard let multi = curl_multi_init() else { fatalError("libcurl cannot allocate a multi handle") }
        self.multi = multi
        events = SocketEvents(of: multi)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, maximumConnections)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, maximumConnections)
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// Throws `HTTPError`. A response with any status counts as success here.
    package func execute(_ request: HTTPRequest) async throws -> HTTPResponse {
        try await execute { request }
    }

    /// Calls `makeRequest` only when a connection is free: a signature is valid for some minutes only.
    package func execute(whenConnectionIsFree makeRequest: () throws -> HTTPRequest) async throws -> HTTPResponse {
        try await slots.acquire()
        defer { slots.release() }
        let request = try makeRequest()
        try request.validate()
        let id = inbox.withLock { inbox in
            inbox.nextID += 1
            return inbox.nextID
        }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                submit(Transfer(request: request, continuation: continuation), id: id)
            }
        } onCancel: {
            wakeThread { _ = $0.cancelled.insert(id) }
        }
    }

    /// Ends the thread. Requests under way fail with `HTTPError.shutDown`.
    package func shutDown() {
        slots.shutDown()
        wakeThread { $0.isShutDown = true }
    }

    private func submit(_ transfer: Transfer, id: Int) {
        let refusal = wakeThread { inbox -> HTTPError? in
            // If the task was cancelled before this point, its id was added to `cancelled` and may already be removed
            // again.
            guard !Task.isCancelled else { return .cancelled }
            guard !inbox.isShutDown else { return .shutDown }
            inbox.submitted.append((id, transfer))
            // The thread retains the client until `shutDown`.
            if !inbox.hasThread { DetachedThread.start(run) }
            inbox.hasThread = true
            return nil
        }
        if let refusal { transfer.continuation.resume(throwing: refusal) }
    }

    private func wakeThread<Result: Sendable>(after change: (inout Inbox) -> Result) -> Result {
        inbox.withLock { inbox in
            defer { events.wake() }
            return change(&inbox)
        }
    }

    // MARK: On the client's own thread

    private struct Running {
        let id: Int
        let handle: EasyHandle
        let continuation: CheckedContinuation<HTTPResponse, any Error>
    }

    private func run() {
        var running: [UnsafeMutableRawPointer: Running] = [:]
        var idle = EasyHandlePool()
        while takeInbox(&running, &idle) {
            events.actIfDue(multi)
            var result = CURLE_OK
            while let pointer = ccurl_multi_next_ended(multi, &result) {
                guard let ended = running.removeValue(forKey: pointer) else { continue }
                curl_multi_remove_handle(multi, pointer)
                ended.continuation.resume(with: Result { try ended.handle.response(result) })
                idle.put(ended.handle)
            }
            events.wait(for: multi)
        }
        for (pointer, transfer) in running {
            curl_multi_remove_handle(multi, pointer)
            transfer.continuation.resume(throwing: HTTPError.shutDown)
        }
    }

    /// False if the client was shut down.
    private func takeInbox(
        _ running: inout [UnsafeMutableRawPointer: Running], _ idle: inout EasyHandlePool
    ) -> Bool {
        let taken = inbox.withLock { inbox in
            defer {
                inbox.submitted = []
                inbox.cancelled = []
            }
            return inbox
        }
        for (id, transfer) in taken.submitted {
            guard !taken.cancelled.contains(id), !taken.isShutDown else {
                transfer.continuation.resume(throwing: taken.isShutDown ? HTTPError.shutDown : .cancelled)
                continue
            }
            let handle = idle.take()
            handle.prepare(transfer.request)
            running[handle.pointer] = Running(id: id, handle: handle, continuation: transfer.continuation)
            curl_multi_add_handle(multi, handle.pointer)
        }
        if !taken.cancelled.isEmpty {
            for (pointer, transfer) in running where taken.cancelled.contains(transfer.id) {
                running[pointer] = nil
                curl_multi_remove_handle(multi, pointer)
                transfer.continuation.resume(throwing: HTTPError.cancelled)
                transfer.handle.abandon()
                idle.put(transfer.handle)
            }
        }
        return !taken.isShutDown
    }
}
