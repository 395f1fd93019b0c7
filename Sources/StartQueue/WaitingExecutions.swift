// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The executions that wait for an answer to their task tokens.
package protocol WaitingExecutions: Sendable {
    /// `false` if no execution waits for this answer any more.
    func answer(_ token: String, with answer: Result<ImportProgress, StartFailure>) async throws -> Bool
}
