/// What a run of the pipeline did, as far as it is paid for or failed.
package struct PipelineCounts: Sendable {
    package var jobs = 0
    package var images = 0
    /// Gave up before they had a job.
    package var failed = 0
    package var transitions = 0
    package var invocations = 0
    package var sqsRequests = 0

    // As `docs/costs.md` counts them.

    /// The images; of a job marker, manifest, report, how long it took, and a listing.
    package var s3Puts: Int { images + 5 * jobs }
    package var s3Gets: Int { 8 * jobs }
    package var writeUnits: Int { 5 * jobs }

    package var requests: Int { s3Puts + s3Gets + sqsRequests }
}
