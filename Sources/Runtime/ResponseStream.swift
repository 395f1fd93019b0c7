import Synchronization

/// Where a streaming handler writes its answer, piece by piece; each piece is on its way to the caller while the handler
/// goes on.
package final class ResponseStream: Sendable {
    /// The caller is gone, or its answer was refused: nothing that is written will arrive.
    package struct Closed: Error {}

    private struct State {
        var pending: [UInt8] = []
        var writers: [CheckedContinuation<Void, any Error>] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    /// Tells the loop that there is something to send.
    private let wake: @Sendable () -> Void

    init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    /// Returns when the bytes are on their way: the next piece is asked for when this one was taken. Throws `Closed`.
    package func write(_ bytes: some Sequence<UInt8>) async throws {
        let bytes = Array(bytes)
        guard !bytes.isEmpty else { return }
        try await withCheckedThrowingContinuation { continuation in
            let isClosed = state.withLock { state in
                guard !state.isClosed else { return true }
                state.pending += bytes
                state.writers.append(continuation)
                return false
            }
            if isClosed { continuation.resume(throwing: Closed()) } else { wake() }
        }
    }

    var hasBytes: Bool { state.withLock { !$0.pending.isEmpty } }

    /// Takes what is there and lets writers go on; nil where there is nothing.
    func take() -> [UInt8]? {
        let (bytes, writers) = state.withLock { state in
            defer {
                state.pending = []
                state.writers = []
            }
            return (state.pending, state.writers)
        }
        for writer in writers { writer.resume() }
        return bytes.isEmpty ? nil : bytes
    }

    /// Nobody will take any more.
    func close() {
        let writers = state.withLock { state in
            state.isClosed = true
            state.pending = []
            defer { state.writers = [] }
            return state.writers
        }
        for writer in writers { writer.resume(throwing: Closed()) }
    }
}
