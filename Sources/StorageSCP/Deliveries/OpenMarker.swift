// SPDX-License-Identifier: Apache-2.0

import DICOMNetwork
import NIOCore
import Synchronization

/// Whether a delivery's open marker is in the store.
final class OpenMarker: Sendable {
    private enum State {
        case pending([@Sendable (Result<Void, any Error>) -> Void])
        case done(Result<Void, any Error>)
    }

    private let state = Mutex(State.pending([]))

    /// Sets the result of writing the marker. Must be called once.
    func complete(_ result: Result<Void, any Error>) {
        let waiting = state.withLock { state -> [@Sendable (Result<Void, any Error>) -> Void] in
            defer { state = .done(result) }
            if case .pending(let waiting) = state { return waiting }
            return []
        }
        for inform in waiting { inform(result) }
    }

    var isWritten: Bool { state.withLock { if case .done(.success) = $0 { true } else { false } } }

    /// Ready when the marker is written. The future fails if it cannot be written.
    func written(on eventLoop: any EventLoop) -> Readiness {
        guard !isWritten else { return .now }
        let promise = eventLoop.makePromise(of: Void.self)
        inform { promise.completeWith($0) }
        return .after(promise.futureResult)
    }

    func written() async throws {
        try await withCheckedThrowingContinuation { continuation in inform { continuation.resume(with: $0) } }
    }

    private func inform(_ inform: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        let result = state.withLock { state -> Result<Void, any Error>? in
            switch state {
            case .done(let result): return result
            case .pending(let waiting):
                state = .pending(waiting + [inform])
                return nil
            }
        }
        if let result { inform(result) }
    }
}
