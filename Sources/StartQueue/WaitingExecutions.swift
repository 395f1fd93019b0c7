import ImportPipeline

/// The executions that wait for an answer to their tokens.
package protocol WaitingExecutions: Sendable {
    /// False: nobody waits for this answer any more.
    func answer(_ token: String, with answer: Result<ImportProgress, StartFailure>) async throws -> Bool
}
