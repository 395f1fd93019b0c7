// SPDX-License-Identifier: Apache-2.0

/// What a run of the pipeline is charged for, and its failures.
package struct PipelineCounts: Sendable {
    package var jobs = 0
    package var images = 0
    /// Executions that gave up before they had a job.
    package var failed = 0
    package var transitions = 0
    package var invocations = 0
    package var sqsRequests = 0

    // Counted in the same way as in `docs/costs.md`.

    /// One for each image, and five for each job: marker, manifest, report, job times and a listing.
    package var s3Puts: Int { images + 5 * jobs }
    package var s3Gets: Int { 8 * jobs }
    package var writeUnits: Int { 5 * jobs }

    package var requests: Int { s3Puts + s3Gets + sqsRequests }
}
