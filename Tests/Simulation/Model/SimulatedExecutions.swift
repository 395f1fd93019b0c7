// SPDX-License-Identifier: Apache-2.0

import ImportIntake
import ImportPipeline

/// The state machine as one function sees it.
// Sendable: a run has one thread.
class SimulatedExecutions: ImportExecutions, @unchecked Sendable {
    let network: Network
    let stateMachine: ModelledStateMachine
    let bucket: ModelledBucket

    init(network: Network, stateMachine: ModelledStateMachine, bucket: ModelledBucket) {
        self.network = network
        self.stateMachine = stateMachine
        self.bucket = bucket
    }

    func start(_ request: ImportRequest) async throws -> ExecutionStart {
        let name = request.importId.description
        return try await network.send("StartExecution", name) { [stateMachine] in
            stateMachine.start(request, name: name)
        }
    }

    func state(of name: String) async throws -> ExecutionState {
        try await network.send("DescribeExecution", name) { [stateMachine] in stateMachine.state(of: name) }
    }
}
