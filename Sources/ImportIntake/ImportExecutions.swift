// SPDX-License-Identifier: Apache-2.0

import ImportPipeline

/// The executions of the state machine that imports deliveries.
package protocol ImportExecutions: Sendable {
    /// Starts an execution that has the name of the import. It may be called again for the same import.
    func start(_ request: ImportRequest) async throws -> ExecutionStart

    /// What became of the execution that has this name.
    func state(of name: String) async throws -> ExecutionState
}

package enum ExecutionState: Sendable, Equatable {
    case running
    /// It ended with every instance imported.
    case imported
    /// It ended in another way, or so long ago that Step Functions does not know it any more.
    case incomplete
}

package enum ExecutionStart: Sendable, Equatable {
    /// This call started the execution, or an earlier call did and the execution still runs: Step Functions does not
    /// tell the two apart.
    case started
    /// An earlier call started the execution, which has ended.
    case alreadyStarted
}
