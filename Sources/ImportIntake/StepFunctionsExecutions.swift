// SPDX-License-Identifier: Apache-2.0

import AWS
import ImportPipeline

/// The executions in Step Functions.
package struct StepFunctionsExecutions: ImportExecutions {
    private let stepFunctions: StepFunctionsClient
    private let stateMachineARN: String

    package init(stepFunctions: StepFunctionsClient, stateMachineARN: String) {
        self.stepFunctions = stepFunctions
        self.stateMachineARN = stateMachineARN
    }

    package func start(_ request: ImportRequest) async throws -> ExecutionStart {
        do {
            let input = String(decoding: try PipelineJSON.encode(request), as: UTF8.self)
            try await stepFunctions.startExecution(
                stateMachineARN: stateMachineARN, name: request.importId.description, input: input)
            return .started
        } catch let error as AWSServiceError where error.code == "ExecutionAlreadyExists" {
            return .alreadyStarted
        }
    }

    package func state(of name: String) async throws -> ExecutionState {
        switch try await stepFunctions.executionStatus(stateMachineARN: stateMachineARN, name: name) {
        case .running, .pendingRedrive: .running
        case .succeeded: .imported
        case .failed, .timedOut, .aborted, nil: .incomplete
        }
    }
}
