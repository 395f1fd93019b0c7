// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The connections of one attempt to open an association, so that it can be given up.
final class OpeningAttempt: Sendable {
    private struct State {
        /// A host name can have several addresses, which are tried side by side.
        var channels: [any Channel] = []
        var isGivenUp = false
    }

    private let state = Mutex(State())

    /// Throws when the attempt was given up.
    func begins(on channel: any Channel) throws {
        try state.withLock { state in
            guard !state.isGivenUp else { throw CancellationError() }
            state.channels.append(channel)
        }
    }

    func giveUp() {
        let channels = state.withLock { state in
            state.isGivenUp = true
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
