// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The messages of the queue that this invocation holds.
package protocol HeldMessages: Sendable {
    /// Puts the message back to the head of the queue, hidden for `hiddenSeconds`.
    func putBack(_ message: QueueMessage, hiddenSeconds: Int) async throws
}
