// SPDX-License-Identifier: Apache-2.0

import AWS
import Logging
import StructuredLog

/// Takes the task lease when the receiver starts, and logs `receiver ready` when instances can be stored.
///
/// While the store does not take the lease, the receiver runs: it accepts associations, answers each C-STORE with A700H
/// and goes on trying. The log then says what is missing, and `receiver ready` follows when it is there.
struct StartReport: Sendable {
    /// How long the store may take before the log says that nothing can be stored yet.
    private static let patience = Duration.seconds(5)
    /// How often it looks, after a failure, whether the lease was taken meanwhile.
    private static let interval = Duration.seconds(1)

    let core: ReceiverCore
    let storage: Configuration.Storage
    /// Ports, versions and the like.
    let description: Logger.Metadata
    let logger: Logger

    /// Returns when the receiver is ready, or when the task is cancelled.
    func run() async {
        if case .directory = storage { logger.info("receiver ready", metadata: description) }
        let waiting = Task {
            guard (try? await Task.sleep(for: Self.patience)) != nil else { return }
            report(nil)
        }
        do {
            try await core.begin()
            waiting.cancel()
        } catch {
            waiting.cancel()
            guard !Task.isCancelled else { return }
            report(error)
            repeat {
                guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
            } while !core.holdsLease
        }
        guard case .bucket = storage, !Task.isCancelled else { return }
        logger.info("receiver ready", metadata: description)
    }

    /// `nil`: there is no answer yet.
    private func report(_ error: (any Error)?) {
        var metadata = description
        metadata["hint"] = "\(error.map { StoreAdvice.text(for: $0, storage: storage) } ?? StoreAdvice.noAnswer)"
        let message: Logger.Message =
            "receiver not ready: until the store takes the task lease, C-STORE is answered with A700H"
        if let error {
            logger.error(message, error: error, metadata: metadata)
        } else {
            logger.warning(message, metadata: metadata)
        }
    }
}
