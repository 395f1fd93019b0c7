// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// Starts import jobs.
package protocol ImportJobs: Sendable {
    /// Returns the next state of the execution. Starting the same attempt again changes nothing, and returns the same
    /// job.
    func start(_ state: ImportStart) async throws -> ImportProgress
}
