// SPDX-License-Identifier: Apache-2.0

/// The easy handles that wait for their next request. Only the client's own thread uses it.
///
/// A burst of requests opens as many handles as there are connections, and each handle keeps its buffers. Handles that are
/// not needed after the burst are freed. Their connections stay open: libcurl's multi handle keeps them.
struct EasyHandlePool {
    /// Enough for a steady load. Opening another handle takes microseconds.
    static let maximumIdle = 16

    private var idle: [EasyHandle] = []

    var count: Int { idle.count }

    /// The handle that was used last, or a new one if none is idle.
    mutating func take() -> EasyHandle {
        idle.popLast() ?? EasyHandle()
    }

    /// Keeps the handle for a later request, or frees it if enough are idle. It must not be part of a transfer.
    mutating func put(_ handle: EasyHandle) {
        if idle.count < Self.maximumIdle { idle.append(handle) }
    }
}
