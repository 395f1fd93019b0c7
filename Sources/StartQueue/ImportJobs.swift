import ImportPipeline

/// What starts import jobs.
package protocol ImportJobs: Sendable {
    /// The execution's next state. Starting the same attempt again changes nothing and tells the same job.
    func start(_ state: ImportStart) async throws -> ImportProgress
}
