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

    /// A writer waits while so much waits to be sent.
    private static let highWaterBytes = 64 << 10

    private let state = Mutex(State())

    /// Returns when there is room for more. Throws `Closed`.
    package func write(_ bytes: some Sequence<UInt8>) async throws {
        let isFull = try state.withLock { state in
            guard !state.isClosed else { throw Closed() }
            state.pending.append(contentsOf: bytes)
            return state.pending.count >= Self.highWaterBytes
        }
        guard isFull else { return }
        try await withCheckedThrowingContinuation { continuation in
            let isDecided = state.withLock { state -> Result<Void, any Error>? in
                if state.isClosed { return .failure(Closed()) }
                if state.pending.count < Self.highWaterBytes { return .success(()) }
                state.writers.append(continuation)
                return nil
            }
            if let isDecided { continuation.resume(with: isDecided) }
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
