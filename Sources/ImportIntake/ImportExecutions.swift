import ImportPipeline

/// The executions of the state machine that imports.
package protocol ImportExecutions: Sendable {
    /// Starts one under the import's own name. It may be called again for the same import.
    func start(_ request: ImportRequest) async throws -> ExecutionStart
}

package enum ExecutionStart: Sendable, Equatable {
    /// By this call, or by an earlier one whose execution still runs: Step Functions does not tell the two apart.
    case started
    /// An earlier call did it, and its execution has ended.
    case alreadyStarted
}
